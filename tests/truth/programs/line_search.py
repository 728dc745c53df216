"""The strength of an intervention is doubled until the norm is reached.

Shape: steering: `while` on a tensor, strength a Python number
Holds:
    while@loop
    bool@loop in while@loop #0
    setitem@write ok
    add@write -> setitem@write (2)
"""

d = torch.ones(16)
with lm.trace("the cat sat"):
    h = lm.transformer.h[1].output[:, -1]
    target = h.norm() + 10
    strength = 1.0
    while (h + strength * d).norm() < target:  # loop
        strength *= 2
    lm.transformer.h[1].output[:, -1] = h + strength * d  # write
    out = lm.lm_head.output.save()
