with gpt2.trace("the cat sat"):
    gpt2.transformer.h[0].skip(gpt2.transformer.h[0].input)
    output = gpt2.lm_head.output.save()
