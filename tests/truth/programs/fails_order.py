"""A layer is read after a later one.

Shape: nnsight's out-of-order page
Holds:
    raises OutOfOrderError
    transformer.h.0.output@early failed
    add@use not reached
"""

with lm.trace("the cat sat"):
    late = lm.transformer.h[2].output.save()
    early = lm.transformer.h[0].output  # early
    out = (late + early).save()  # use
