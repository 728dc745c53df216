from nnsight.intervention.backends.remote import RemoteBackend

with gpt2.trace("the cat sat", backend=RemoteBackend("gpt2", host="http://localhost:9", api_key="none")) as tracer:
    hidden = gpt2.transformer.h[0].output
    if hidden.norm() > 3:
        gpt2.transformer.h[1].skip(hidden)
    for layer in range(2):
        gpt2.transformer.h[layer].output[:, 0] = 0
    logits = gpt2.lm_head.output.argmax(dim=-1).save()
