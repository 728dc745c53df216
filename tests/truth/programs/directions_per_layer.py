"""Each layer has its own direction, zipped.

Shape: papers' code: `for layer, d in zip(layers, directions)`
Holds:
    for@loop ×3
    sub@sub ×3
    sub@sub -> transformer.h.2.output@sub (value)
"""

directions = [torch.ones(16) * (i + 1) for i in range(3)]
with lm.trace("the cat sat"):
    for block, d in zip(lm.transformer.h, directions):  # loop
        block.output = block.output - d  # sub
    out = lm.lm_head.output.save()
