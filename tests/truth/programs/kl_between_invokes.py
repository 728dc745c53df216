"""The KL divergence of a patched and a plain run.

Shape: evaluation code: two invokes, the second's distribution against the first's
Holds:
    invoke ×2
    log_softmax@plain -> kl_div@kl (1)
    kl_div@kl -> save@kl
"""

with lm.trace() as tracer:
    barrier = tracer.barrier(2)
    with tracer.invoke("the cat sat"):
        p = lm.lm_head.output[:, -1].log_softmax(-1)  # plain
        barrier()
    with tracer.invoke("the cat sat"):
        lm.transformer.h[1].output[:, -1] = 0  # patch
        q = lm.lm_head.output[:, -1].log_softmax(-1)
        barrier()
        kl = torch.nn.functional.kl_div(q, p, log_target=True).save()  # kl
