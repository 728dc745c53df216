"""A vector from pairs of prompts.

Shape: contrastive activation addition: mean difference over pairs, then used
Holds:
    for@pairs ×2
    invoke ×4
    invoke@positive ×2
    vector -> mul@add (1)
"""

pairs = [("the cat", "the dog"), ("a cat", "a dog")]
diffs = []
for positive, negative in pairs:  # pairs
    with lm.trace() as tracer:  # run
        with tracer.invoke(positive):  # positive
            a = lm.transformer.h[1].output[:, -1].save()
        with tracer.invoke(negative):  # negative
            b = lm.transformer.h[1].output[:, -1].save()
    diffs.append(a - b)
vector = torch.cat(diffs).mean(0)
with lm.trace("the house is"):
    lm.transformer.h[1].output[:] += 2.0 * vector  # add
    out = lm.lm_head.output.save()
