"""Gradients along a path, summed in a loop of traces.

Shape: integrated gradients with nnsight: alpha from 0 to 1, each its own trace
Holds:
    for@steps ×3
    mul@scaled -> transformer.wte.output@write (value)
    trace ×4
"""

with lm.trace("the cat sat"):
    base = lm.transformer.wte.output.detach().clone().save()
grads = []
for step in range(1, 4):  # steps
    with lm.trace("the cat sat"):
        scaled = base * (step / 3)  # scaled
        scaled.requires_grad_(True)
        lm.transformer.wte.output = scaled  # write
        logit = lm.lm_head.output[0, -1, 4]
        with logit.backward():
            grads.append(scaled.grad.save())  # grad
attribution = (torch.stack(grads).mean(0) * base).sum(-1)
