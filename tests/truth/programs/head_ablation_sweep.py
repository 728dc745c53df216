"""Each head of each layer is ablated.

Shape: ARENA: nested loops over layers and heads, each its own trace, the loss as a number
Holds:
    for@layers ×2
    for@heads ×2
    trace@run ×4
    setitem@ablate ×4
    setitem@ablate in for@layers #1 for@heads #1
"""

scores = torch.zeros(2, 2)
for layer in range(2):  # layers
    for head in range(2):  # heads
        with lm.trace("the cat sat on the cat sat"):  # run
            z = lm.transformer.h[layer].attn.c_proj.input
            z[..., head * 8 : (head + 1) * 8] = 0  # ablate
            probs = lm.lm_head.output.log_softmax(-1)
            loss = (-probs[0, -1].max()).save()  # loss
        scores[layer, head] = float(loss)
