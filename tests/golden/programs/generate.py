with gpt2.generate("Madison Square Garden", max_new_tokens=3, do_sample=False) as tracer:
    states = list().save()
    for step in tracer.iter[:3]:
        states.append(gpt2.transformer.h[-1].output[:, -1])
    ids = tracer.result.save()
