"""Several layers are steered by a helper.

Shape: nnterp: `steer(model, layers, vector, factor, position)`
Holds:
    steer() ×1
    for@loop ×2
    add_@add in steer() for@loop #1
    vector -> mul@add (1)
"""

vector = torch.ones(16)


def steer(model, layers, vector, factor=1.0, position=-1):
    for layer in layers:  # loop
        model.transformer.h[layer].output[:, position] += factor * vector  # add


with lm.trace("the cat sat"):
    steer(lm, [0, 2], vector, factor=2.0)
    out = lm.lm_head.output[:, -1].softmax(-1).save()
