"""A trained probe is applied inside of a trace.

Shape: probing code: the probe's weights from outside, sigmoid as a number, used for a decision
Holds:
    item@p -> if@test
    item@p -> mul_@scale (1)
    item@p -> save@save
    if@test then 1 of 1
"""

probe = torch.nn.Linear(16, 1)
with lm.trace("the cat sat"):
    h = lm.transformer.h[1].output[:, -1]
    p = torch.sigmoid(probe(h)).item()  # p
    if p > 0.0:  # test
        lm.transformer.h[2].output[:, -1] *= 1 - p  # scale
    out = nnsight.save({"p": p, "logits": lm.lm_head.output[:, -1]})  # save
