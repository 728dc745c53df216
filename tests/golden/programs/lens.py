with gpt2.trace("the cat sat on"):
    lens = []
    for layer in range(2):
        hidden = gpt2.transformer.h[layer].output
        logits = gpt2.lm_head(gpt2.transformer.ln_f(hidden))
        lens.append(logits.argmax(-1))
    stacked = torch.stack(lens).save()
