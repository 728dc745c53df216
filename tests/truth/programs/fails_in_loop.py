"""The third of many traces fails.

Shape: dataset sweeps: one bad row
Holds:
    raises RuntimeError
    for@loop ×3
    for@loop failed
    mul@mul failed
    mul@mul in for@loop #2 trace
"""

scale = [torch.ones(16), torch.ones(16), torch.ones(8)]
for s in scale:  # loop
    with lm.trace("the cat sat"):  # run
        h = lm.transformer.h[1].output * s  # mul
        out = h.mean().save()  # save
