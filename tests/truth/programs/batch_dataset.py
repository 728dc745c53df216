"""A dataset in batches, sums kept outside.

Shape: nnsight's dataset sweep: a loop of traces, a running mean of numbers
Holds:
    for@batches ×2
    item@sum ×2
    item@sum -> save ×2
"""

data = ["the cat", "a dog", "the mat", "a house"]
total, count = 0.0, 0
for start in range(0, len(data), 2):  # batches
    with lm.trace(data[start : start + 2]):
        acts = lm.transformer.h[1].output[:, -1]
        batch = acts.norm(dim=-1).sum().item()  # sum
        nnsight.save(batch)
    total += batch
    count += 2
