"""One invoke a layer in one generation.

Shape: patchscopes: generate with an invoke for each layer, results by layer in a dict
Holds:
    for@layers ×3
    invoke ×3
    setitem@patch ×3
    setitem@patch in for@layers #2 invoke
"""

with lm.trace("the cat sat"):
    latents = nnsight.save([block.output[:, -1] for block in lm.transformer.h])
generated = {}
with lm.generate(max_new_tokens=2, do_sample=False) as tracer:
    for layer in range(3):  # layers
        with tracer.invoke("dog dog the"):  # invoke
            lm.transformer.h[layer].output[:, -1] = latents[layer]  # patch
            generated[layer] = lm.lm_head.output[:, -1].argmax(-1).save()  # token
