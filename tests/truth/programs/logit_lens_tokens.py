"""The words of a logit lens, in nested comprehensions after the trace.

Shape: nnsight's logit-lens tutorial: max over the vocabulary, tokens decoded outside
Holds:
    for@lens ×3
    max@lens in for@lens #2
    max@lens[0] -> save@lens
    max@lens[1] -> save@lens
    trace ok
"""

with lm.trace("the cat sat"):
    tops = nnsight.save([lm.lm_head(lm.transformer.ln_f(block.output)).max(dim=-1) for block in lm.transformer.h])  # lens
words = [[lm.tokenizer.decode(int(t)) for t in top.indices[0]] for top in tops]
