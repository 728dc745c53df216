"""Heads by a helper that reshapes.

Shape: nnsight's per-head page: a reusable view, one head of it changed, written back as a tuple
Holds:
    heads() ×1
    view@view in heads()
    view@view -> clone@clone
    setitem@zero -> flatten@write
    flatten@write -> transformer.h.1.attn.output@write
"""


def heads(t, n):
    b, s, d = t.shape
    return t.view(b, s, n, d // n)  # view


with lm.trace("the cat sat"):
    out = lm.transformer.h[1].attn.output
    edited = heads(out[0], 2).clone()  # clone
    edited[:, :, 0] = 0  # zero
    lm.transformer.h[1].attn.output = (edited.flatten(2), *out[1:])  # write
    logits = lm.lm_head.output.save()
