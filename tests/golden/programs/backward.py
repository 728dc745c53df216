with gpt2.trace("the cat sat on") as tracer:
    hidden = gpt2.transformer.h[0].output
    loss = gpt2.lm_head.output.sum()
    with loss.backward():
        gradient = hidden.grad.save()
        hidden.grad = gradient * 2
