"""A cache of some modules, read afterwards.

Shape: nnsight's caching guide
Holds:
    cache@cache
    save
"""

with lm.trace("the cat sat") as tracer:
    cache = tracer.cache(modules=[lm.transformer.h[0], lm.transformer.h[1].mlp])  # cache
    out = lm.lm_head.output.save()
first = cache["model.transformer.h.0"].output
