"""Queries, keys and values are parts of one output.

Shape: ARENA and nnsight forum: `q, k, v = c_attn.output.split(...)`, scores by hand
Holds:
    split@split[0] -> matmul@scores (0)
    split@split[1] -> transpose@scores (0)
    split@split[2] -> matmul@mix (1)
    softmax@scores -> matmul@mix (0)
"""

with lm.trace("the cat sat"):
    q, k, v = lm.transformer.h[1].attn.c_attn.output.split(16, dim=-1)  # split
    scores = (q @ k.transpose(-1, -2) / 4).softmax(-1)  # scores
    mixed = (scores @ v).save()  # mix
