def last(hidden):
    return hidden[:, -1]


with gpt2.session() as session:
    with gpt2.trace("the cat sat"):
        clean = last(gpt2.transformer.h[0].output)
    effects = []
    for layer in range(2):
        with gpt2.trace("a dog ran") as patched:
            gpt2.transformer.h[layer].output[:, -1] = clean
            effects.append(gpt2.lm_head.output[0, -1].max())
    best = torch.stack(effects).argmax().save()
