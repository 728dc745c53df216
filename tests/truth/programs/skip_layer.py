"""A layer is skipped.

Shape: nnsight's module-skipping guide
Holds:
    transformer.h.0.output@skip
    save
    trace ok
"""

with lm.trace("the cat sat"):
    lm.transformer.h[1].skip(lm.transformer.h[0].output)  # skip
    out = lm.lm_head.output[:, -1].save()
