"""A patch of the wrong width.

Shape: nnsight forum: a vector of another model
Holds:
    raises RuntimeError
    add@add failed
    vector -> add@add (1)
    transformer.h.1.output@write not reached
    trace failed
"""

vector = torch.ones(24)
with lm.trace("the cat sat"):
    h = lm.transformer.h[1].output  # read
    patched = h + vector  # add
    lm.transformer.h[1].output = patched  # write
    out = lm.lm_head.output.save()  # save
