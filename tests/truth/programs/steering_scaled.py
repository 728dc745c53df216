"""The direction is scaled by the norm of what it is added to.

Shape: steering code: `h += alpha * float(h.norm()) * d / d.norm()`
Holds:
    float@size -> mul@steer (0)
    mul@steer -> div@steer (0)
    div@steer -> add_@steer (1)
"""

d = torch.ones(16)
alpha = 0.5
with lm.trace("the cat sat"):
    h = lm.transformer.h[1].output
    size = float(h[:, -1].norm())  # size
    h[:, -1] += alpha * size * d / d.norm()  # steer
    out = lm.lm_head.output.save()
