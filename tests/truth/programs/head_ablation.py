"""One head is zeroed before the projection.

Shape: nnsight's per-head pattern
Holds:
    setitem@ablate
    0 -> setitem@ablate (2)
    transformer.h.1.attn.c_proj.input@ablate -> setitem@ablate (0)
"""

head, size = 1, 8
with lm.trace("the cat sat"):
    low, high = head * size, (head + 1) * size
    lm.transformer.h[1].attn.c_proj.input[:, :, low:high] = 0  # ablate
    logits = lm.lm_head.output[:, -1].save()
