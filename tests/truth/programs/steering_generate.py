"""A vector is added at each step of a generation.

Shape: nnsight's steering guide: tracer.iter over all steps
Holds:
    for@steps ×3
    add_@steer ×3
    add_@steer in for@steps #2
"""

vector = torch.ones(16)
with lm.generate("the cat sat", max_new_tokens=3, do_sample=False) as tracer:
    for step in tracer.iter[:3]:  # steps
        lm.transformer.h[1].output[:, -1] += 3 * vector  # steer
    out = tracer.result.save()
