with gpt2.trace("the cat sat") as tracer:
    first = gpt2.transformer.h[0].input.save()
    args, kwargs = gpt2.transformer.h[0].inputs
    attention = gpt2.transformer.h[0].attn.output[0]
    total = (args[0] + attention).save()
    logits = gpt2.output.logits.save()
    gpt2_result = tracer.result.save()
