"""Layers are chosen by a condition inside of a helper.

Shape: nnterp: layers argument, `continue` for the others
Holds:
    for@loop ×3
    getitem@read ×2 ok
    getitem@read in for@loop #2 if then
    getitem@read -> save@save ×2
"""

wanted = {0, 2}


def collect(model):
    acts = {}
    for i, block in enumerate(model.transformer.h):  # loop
        if i in wanted:  # chosen
            acts[i] = block.output[:, -1]  # read
    return acts


with lm.trace("the cat"):
    acts = nnsight.save(collect(lm))  # save
