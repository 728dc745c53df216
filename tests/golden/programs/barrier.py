with gpt2.generate(max_new_tokens=2, do_sample=False) as tracer:
    barrier = tracer.barrier(2)
    with tracer.invoke("the cat sat"):
        embeddings = gpt2.transformer.wte.output
        barrier()
    with tracer.invoke("a dog ran"):
        barrier()
        gpt2.transformer.wte.output = embeddings
        tokens = tracer.result.save()
