"""Clean activations and corrupted gradients.

Shape: nnsight's attribution-patching pattern: two traces, gradients in reverse order
Holds:
    for@clean ×3
    for@corrupt ×3
    for@gradients ×3
    transformer.h.2.output.grad@grad in for@gradients #0
    transformer.h.0.output.grad@grad in for@gradients #2
    transformer.h.0.output.grad@grad -> save@grad
"""

clean_acts, corrupt_acts, grads = [], [], []
with torch.no_grad():
    with lm.trace("the cat sat"):
        for block in lm.transformer.h:  # clean
            clean_acts.append(block.output.save())
with lm.trace("the dog ran"):
    refs = []
    for block in lm.transformer.h:  # corrupt
        hidden = block.output
        refs.append(hidden)
        corrupt_acts.append(hidden.save())
    logits = lm.lm_head.output[:, -1]
    metric = logits[:, 4] - logits[:, 8]  # metric
    with metric.sum().backward():  # backward
        for layer in reversed(range(3)):  # gradients
            grads.append(refs[layer].grad.save())  # grad
scores = [((a - b) * g).sum().item() for a, b, g in zip(clean_acts, corrupt_acts, reversed(grads))]
