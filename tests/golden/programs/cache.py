with gpt2.trace("the cat sat") as tracer:
    cache = tracer.cache(modules=[gpt2.transformer.h[0], gpt2.lm_head])
    hidden = gpt2.transformer.h[1].output.save()
