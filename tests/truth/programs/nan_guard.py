"""A guard against NaN, and a clip by the largest value.

Shape: steering code: `if not torch.isfinite(h).all()`, clamp by `.max().item()`
Holds:
    bool@guard -> if@guard
    if@guard then 0 of 1
    item@top -> clamp@clip (1)
    item@top -> clamp@clip (2)
"""

with lm.trace("the cat sat"):
    h = lm.transformer.h[1].output
    if not torch.isfinite(h).all():  # guard
        lm.transformer.h[1].output[:] = torch.nan_to_num(h)  # repair
    top = h.abs().max().item()  # top
    lm.transformer.h[1].output = h.clamp(-top / 2, top / 2)  # clip
    out = lm.lm_head.output.save()
