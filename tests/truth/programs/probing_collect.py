"""Activations of a batch for a probe.

Shape: nnsight's probing pattern: last token of each layer, stacked
Holds:
    for@collect ×3
    detach@collect -> save@collect ×3
"""

with torch.no_grad(), lm.trace(["the cat sat", "a dog ran", "the mat is"]):
    features = nnsight.save([block.output[:, -1].detach() for block in lm.transformer.h])  # collect
X = torch.stack(features)
