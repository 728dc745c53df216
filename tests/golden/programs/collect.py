with gpt2.trace() as tracer:
    states = {}
    seen = nnsight.save([])
    for name, prompt in (("cat", "the cat sat"), ("dog", "a dog ran")):
        with tracer.invoke(prompt):
            states[name] = gpt2.transformer.h[0].output[:, -1]
            seen.append(states[name].norm())
    with tracer.invoke():
        logits = gpt2.lm_head.output.save()
