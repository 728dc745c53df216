"""Layers are skipped at one position by copying the input.

Shape: nnterp: skip_layers(model, layers, position)
Holds:
    skip() ×1
    for@loop ×2
    clone@before -> setitem@write (2)
    setitem@write in skip() for@loop #1
"""


def skip(model, layers, position=-1):
    for i in layers:  # loop
        block = model.transformer.h[i]
        before = block.input[:, position].clone()  # before
        block.output[:, position] = before  # write


with lm.trace("the cat sat"):
    skip(lm, [0, 1])
    out = lm.lm_head.output[:, -1].save()
