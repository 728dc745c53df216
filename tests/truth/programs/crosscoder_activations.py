"""Two models' activations side by side.

Shape: crosscoder and model-diffing code: two traces, stacked outside, one loop
Holds:
    for@models ×2
    trace@run ×2
    save@read ×2
"""

acts = []
for model in (lm, lm2):  # models
    with model.trace("the cat sat"):  # run
        acts.append(model.transformer.h[1].output.save())  # read
stacked = torch.stack(acts, dim=1)
