"""A head's value is replaced by its mean over a batch.

Shape: ARENA: mean ablation with a mean from an earlier trace
Holds:
    mean@mean -> save@mean
    trace ×2
    getitem@ablate -> setitem@ablate (2)
"""

with lm.trace(["the cat sat", "a dog ran", "the mat is"]):
    mean = lm.transformer.h[1].attn.c_proj.input.mean(dim=0, keepdim=True).save()  # mean
with lm.trace("the cat sat"):
    z = lm.transformer.h[1].attn.c_proj.input
    z[:, :, :8] = mean[:, :, :8]  # ablate
    out = lm.lm_head.output.save()
