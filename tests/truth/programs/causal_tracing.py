"""Noise on the embeddings, one state restored.

Shape: ROME: corrupt the subject's embeddings, restore one hidden state in each run
Holds:
    for@sweep ×3
    noise -> add_@noise (1)
    add_@noise ×3
    setitem@restore ×3
    getitem@restore -> setitem@restore (2)
    for@clean ×3
"""

torch.manual_seed(1)
noise = torch.randn(1, 2, 16) * 0.1
with lm.trace("the cat sat on"):
    clean = nnsight.save([block.output for block in lm.transformer.h])  # clean
restored = []
for layer in range(3):  # sweep
    with lm.trace("the cat sat on"):
        lm.transformer.wte.output[:, 1:3] += noise  # noise
        lm.transformer.h[layer].output[:, 2] = clean[layer][:, 2]  # restore
        probs = lm.lm_head.output[:, -1].softmax(-1)  # probs
        restored.append(probs[0, 4].save())
