"""Norms of each layer as plain numbers, and the largest of them.

Shape: everyday diagnostics: numbers in a dict, `max` by key, a decision
Holds:
    for@loop ×3
    item@norm ×3
    item@norm -> div@div (1) ×3
"""

with lm.trace("the cat sat"):
    norms = {}
    for i, block in enumerate(lm.transformer.h):  # loop
        norms[i] = block.output.norm().item()  # norm
    total = sum(norms.values())
    scaled = lm.lm_head.output / total  # div
    out = scaled.save()
