"""Attention weights of each layer, averaged over the heads.

Shape: nnsight's attention-patterns page
Holds:
    for@weights ×3
    transformer.h.2.attn.output@weights[1] -> stack@stack (0[2])
    mean@stack -> save@stack
"""

with eager.trace("the cat sat"):
    weights = [block.attn.output[1] for block in eager.transformer.h]  # weights
    mean = torch.stack(weights).mean(dim=2).save()  # stack
