with gpt2.generate("Madison Square Garden", max_new_tokens=3, do_sample=False) as tracer:
    states = list().save()
    with tracer.iter[:2]:
        states.append(gpt2.transformer.h[0].output)
