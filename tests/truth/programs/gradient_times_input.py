"""Saliency of the embeddings.

Shape: nnsight's gradient-attribution page
Holds:
    backward
    transformer.wte.output.grad@grad -> mul@saliency (1)
    transformer.wte.output -> mul@saliency (0)
"""

with lm.trace("the cat sat"):
    embedded = lm.transformer.wte.output
    target = lm.lm_head.output[0, -1].max()  # target
    with target.backward():
        grad = embedded.grad  # grad
        saliency = (embedded * grad).sum(-1).save()  # saliency
