steer = torch.ones(16)

with gpt2.generate("the cat", max_new_tokens=2) as tracer:
    norms = list().save()
    for step in tracer.iter[:2]:
        gpt2.transformer.h[0].output += steer
        gpt2.transformer.h[1].output[:, -1] *= 2
        norms.append(gpt2.transformer.ln_f.output.norm())

with gpt2.trace("the cat"):
    means = [gpt2.transformer.h[i].output.mean() for i in range(2)]
    total = (means[0] + means[1]).save()
