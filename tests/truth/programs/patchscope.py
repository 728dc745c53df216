"""Hidden states of one prompt into a place of another, a trace for each layer.

Shape: patchscopes as in nnterp
Holds:
    for@sweep ×3
    for@latents ×3
    setitem@patch ×3
    softmax@probs ×3
"""

with lm.trace("the cat sat on the mat"):
    latents = nnsight.save([block.output[:, -1] for block in lm.transformer.h])  # latents
probs = []
for layer in range(3):  # sweep
    with lm.trace("cat cat dog dog the"):
        lm.transformer.h[layer].output[torch.arange(1), -1] = latents[layer]  # patch
        probs.append(lm.lm_head.output[:, -1].softmax(-1).save())  # probs
