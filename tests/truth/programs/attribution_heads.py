"""Attribution of the heads before their projection.

Shape: nnsight's attribution pattern, the input of the attention's projection
Holds:
    for@refs ×3
    heads() ×3
    for@grads ×3
    transformer.h.2.attn.c_proj.input@heads in for@refs #2 heads()
    transformer.h.2.attn.c_proj.input.grad@grads in for@grads #0
"""


def heads(layer):
    return lm.transformer.h[layer].attn.c_proj.input  # heads


with lm.trace("the cat sat"):
    refs = [heads(layer) for layer in range(3)]  # refs
    logits = lm.lm_head.output[:, -1]
    with (logits[:, 4] - logits[:, 8]).sum().backward():
        grads = nnsight.save([ref.grad for ref in reversed(refs)])  # grads
