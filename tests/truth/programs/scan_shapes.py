"""Shapes without running.

Shape: nnsight's scan guide
Holds:
    transformer.h.1.output@shape
    scan
"""

with lm.scan("the cat sat"):
    shape = nnsight.save(lm.transformer.h[1].output.shape)  # shape
    width = nnsight.save(lm.transformer.h[0].mlp.output.shape[-1]) if False else shape[-1]
