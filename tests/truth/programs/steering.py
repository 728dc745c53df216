"""A direction is added to the residual at one layer.

Shape: nnsight's steering pattern
Holds:
    direction -> mul@steer (1)
    alpha -> mul@steer (0)
    mul@steer -> add_@steer (1)
"""

torch.manual_seed(0)
direction = torch.randn(16)
alpha = 4.0
with lm.trace("the cat sat"):
    lm.transformer.h[1].output[:, -1] += alpha * direction  # steer
    out = lm.lm_head.output[:, -1].argmax(-1).save()
