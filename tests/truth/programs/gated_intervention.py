"""A mask of tokens decides where to write.

Shape: concept erasure: torch.where over a mask from a threshold
Holds:
    gt@mask -> where@write (0)
    mul@write -> where@write (1)
    where@write -> transformer.h.1.output@write (value)
    item@fraction -> save@text
"""

with lm.trace("the cat sat on"):
    h = lm.transformer.h[1].output
    norms = h.norm(dim=-1, keepdim=True)
    mask = norms > norms.mean()  # mask
    lm.transformer.h[1].output = torch.where(mask, h * 0.5, h)  # write
    fraction = mask.float().mean().item()  # fraction
    out = nnsight.save(f"{fraction:.2f}")  # text
