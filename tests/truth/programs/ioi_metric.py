"""The logit difference of a batch by a helper.

Shape: IOI: answers by index, mean over a batch in a function of the caller
Holds:
    difference() ×1
    answers -> gather@picked
    gather@picked in difference()
    mean@mean -> save
    mean@mean in difference() if else
"""

answers = torch.tensor([[4, 8], [8, 4]])


def difference(logits, per_prompt=False):
    final = logits[:, -1]
    picked = final.gather(1, answers)  # picked
    diff = picked[:, 0] - picked[:, 1]  # diff
    return diff if per_prompt else diff.mean()  # mean


with lm.trace(["the cat sat", "the dog ran"]):
    score = difference(lm.lm_head.output).save()
