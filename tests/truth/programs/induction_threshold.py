"""Heads above a threshold are collected as text.

Shape: ARENA: `if score > 0.4: heads.append(f"{layer}.{head}")`
Holds:
    for@layers ×3
    for@heads ×2
    bool@test ×6
    bool@test -> if@test ×6
    if@test then 6 of 6
    mul@best -> save
"""

found = []
with eager.trace("the cat sat the cat sat"):
    for i, block in enumerate(eager.transformer.h):  # layers
        pattern = block.attn.output[1]
        for head in range(2):  # heads
            score = pattern[0, head].diagonal(offset=-2).mean()
            if score > 0.0:  # test
                found.append(f"{i}.{head}")
                best = score * 1.0  # best
    out = best.save()
