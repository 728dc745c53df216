"""A sender's head into a receiver's input, the rest frozen.

Shape: path patching: three passes, the receiver patched with what the second gave
Holds:
    trace ×4
    for@frozen ×3
    for@freeze ×2
    transformer.h.2.attn.output@keep in for@freeze #1
    setitem@patch
"""

with lm.trace("the dog ran"):
    sender = lm.transformer.h[0].attn.c_proj.input[:, :, :8].save()
with lm.trace("the cat sat"):
    frozen = nnsight.save([block.attn.output[0] for block in lm.transformer.h])  # frozen
with lm.trace("the cat sat"):
    lm.transformer.h[0].attn.c_proj.input[:, :, :8] = sender  # send
    for i in range(1, 3):  # freeze
        rest = lm.transformer.h[i].attn.output
        lm.transformer.h[i].attn.output = (frozen[i], *rest[1:])  # keep
    received = lm.transformer.h[2].mlp.input.save()  # receive
with lm.trace("the cat sat"):
    lm.transformer.h[2].mlp.input[:] = received  # patch
    out = lm.lm_head.output[:, -1].save()
