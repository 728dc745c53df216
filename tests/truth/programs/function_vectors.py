"""The mean of heads over a set of prompts, added elsewhere.

Shape: ARENA's function vectors: sums over chosen heads in a helper, then an intervention
Holds:
    for@means ×2
    fv -> add_@add (1)
    mean@means ×2
"""

prompts = ["the cat sat", "a dog ran", "the mat is"]
chosen = [(0, 1), (1, 0)]
with lm.trace(prompts):
    zs = nnsight.save({layer: lm.transformer.h[layer].attn.c_proj.input[:, -1].mean(0) for layer in (0, 1)})  # means


def vector():
    total = torch.zeros(16)
    for layer, head in chosen:  # heads
        z = torch.zeros(16)
        z[head * 8 : (head + 1) * 8] = zs[layer][head * 8 : (head + 1) * 8]  # slice
        total = total + lm.transformer.h[layer].attn.c_proj._module(z[None])[0]  # project
    return total


fv = vector()
with lm.trace("the house"):
    lm.transformer.h[1].output[:, -1] += fv  # add
    out = lm.lm_head.output[:, -1].save()
