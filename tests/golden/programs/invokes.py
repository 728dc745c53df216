with gpt2.trace() as tracer:
    with tracer.invoke("the cat sat"):
        first = gpt2.transformer.h[0].output.save()
    with tracer.invoke("a dog ran to"):
        second = gpt2.transformer.h[0].output
        both = torch.cat([first[:, -1], second[:, -1]]).save()
    with tracer.invoke():
        every = gpt2.lm_head.output.save()
