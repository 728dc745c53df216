"""Every layer and position is patched in a trace of its own.

Shape: nnsight and ARENA: nested loops of traces, logit difference kept as a number
Holds:
    for@layers ×3
    for@positions ×2
    trace@run ×6
    setitem@patch ×6
    setitem@patch in for@layers #2 for@positions #1 trace
    for@collect ×3
"""

clean_acts = []
with lm.trace("the cat sat"):
    for block in lm.transformer.h:  # collect
        clean_acts.append(block.output.save())
    clean_logits = lm.lm_head.output.save()
results = []
for layer in range(3):  # layers
    row = []
    for position in range(2):  # positions
        with lm.trace("the dog ran"):  # run
            lm.transformer.h[layer].output[:, position] = clean_acts[layer][:, position]  # patch
            logits = lm.lm_head.output
            diff = (logits[0, -1, 4] - logits[0, -1, 8]).save()  # diff
        row.append(diff.item())
    results.append(row)
