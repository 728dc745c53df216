"""The score of each head on a repeated sequence.

Shape: ARENA: attention patterns, the diagonal of the repeated part
Holds:
    for@layers ×3
    for@heads ×2
    diagonal@stripe ×6
    item@score -> save@scores ×6
    item@score in for@layers #2 for@heads #1
"""

with eager.trace("the cat sat the cat sat"):
    scores = nnsight.save({})  # scores
    for i, block in enumerate(eager.transformer.h):  # layers
        pattern = block.attn.output[1]  # pattern
        for head in range(2):  # heads
            stripe = pattern[0, head].diagonal(offset=-2)  # stripe
            scores[i, head] = stripe.mean().item()  # score
