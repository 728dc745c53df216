"""A gradient is changed on its way.

Shape: nnsight's gradients guide: `.grad[:] = 0`
Holds:
    setitem@zero
    clone@kept -> save@kept
"""

with lm.trace("the cat sat"):
    upper = lm.transformer.h[1].output
    lower = lm.transformer.h[0].output if False else lm.transformer.h[1].output
    loss = lm.lm_head.output.sum()
    with loss.backward():
        upper.grad[:] = 0  # zero
        kept = upper.grad.clone().save()  # kept
