with gpt2.scan("the cat sat"):
    width = gpt2.transformer.h[0].output.shape[-1]
    nnsight.save(width)
