"""A standing edit and two traces of the edited model.

Shape: nnsight's model-editing guide
Holds:
    trace ×2
    setitem@edit
    edit
"""

with lm.edit() as (tracer, edited):
    lm.transformer.h[1].output[:, -1] = 0  # edit
with lm.trace("the cat sat"):
    plain = lm.lm_head.output[:, -1].save()  # plain
with edited.trace("the cat sat"):
    changed = lm.lm_head.output[:, -1].save()  # changed
