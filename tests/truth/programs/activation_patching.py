"""One clean activation into a corrupted run, within one trace.

Shape: nnsight's activation-patching pattern with two invokes and a barrier
Holds:
    invoke ×2
    getitem@read -> setitem@patch (2)
    setitem@patch ok
    getitem@read in invoke@clean
    setitem@patch in invoke@corrupt
"""

with lm.trace() as tracer:
    barrier = tracer.barrier(2)
    with tracer.invoke("the cat sat on"):  # clean
        clean = lm.transformer.h[1].output[:, -1]  # read
        barrier()
        clean_logits = lm.lm_head.output[:, -1].save()
    with tracer.invoke("the dog ran to"):  # corrupt
        barrier()
        lm.transformer.h[1].output[:, -1] = clean  # patch
        patched_logits = lm.lm_head.output[:, -1].save()
