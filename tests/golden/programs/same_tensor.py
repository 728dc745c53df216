with gpt2.trace("the cat sat"):
    before = gpt2.transformer.h[0].output
    after = gpt2.transformer.h[1].input
    first = before.norm().save()
    second = after.norm().save()
