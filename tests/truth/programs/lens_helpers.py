"""A lens made of helpers that take the model.

Shape: nnterp: collect activations and project on the vocabulary in functions called inside the caller's trace
Holds:
    collect() ×1
    for@loop ×3
    getitem@read in collect() for@loop #2
    for@project ×3
    softmax@project -> stack@stack (0[0])
    transpose@stack -> save@stack
"""


def collect(model, layers=None):
    acts = []
    for i, block in enumerate(model.transformer.h):  # loop
        if layers is not None and i not in layers:
            continue
        acts.append(block.output[:, -1])  # read
    return acts


def project(model, hidden):
    return model.lm_head(model.transformer.ln_f(hidden))


with lm.trace(["the cat sat", "a dog ran"]):
    probs = [project(lm, hidden).softmax(-1) for hidden in collect(lm)]  # project
    stacked = torch.stack(probs).transpose(0, 1).save()  # stack
