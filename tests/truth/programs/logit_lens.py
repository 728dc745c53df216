"""The logit lens over all layers.

Shape: nnsight's logit-lens pattern: each layer's residual through the final norm and the head
Holds:
    for@loop ×3
    softmax@softmax in for@loop #2
    softmax@softmax -> cat@cat (0[2])
    transformer.h.1.output@lens in for@loop #1
    cat@cat -> save@cat
"""

layers = lm.transformer.h
probs_layers = []
with lm.trace("the cat sat on the mat") as tracer:
    for layer in layers:  # loop
        logits = lm.lm_head(lm.transformer.ln_f(layer.output))  # lens
        probs = torch.nn.functional.softmax(logits, dim=-1)  # softmax
        probs_layers.append(probs)
    all_probs = torch.cat(probs_layers).save()  # cat
