"""Clean and corrupted prompt as rows of one batch.

Shape: causal-tracing code: first row clean, the others corrupted, the subject's token restored
Holds:
    randn@noise -> mul@noise (1)
    mul@noise -> add_@noise (1)
    setitem@restore
    getitem@restore -> setitem@restore (2)
    sum@effect -> save@effect
"""

torch.manual_seed(1)
prompts = ["the cat sat on"] * 3
with lm.trace(prompts):
    embedded = lm.transformer.wte.output
    embedded[1:, 1:3] += 0.3 * torch.randn(2, 2, 16)  # noise
    hidden = lm.transformer.h[1].output
    hidden[1:, 2] = hidden[0, 2]  # restore
    probs = lm.lm_head.output[:, -1].softmax(-1)
    effect = nnsight.save((probs[0] - probs[1:].mean(0)).abs().sum())  # effect
