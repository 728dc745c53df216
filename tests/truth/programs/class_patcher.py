"""A class that keeps hooks' results and reads through a generator.

Shape: patchers written as classes: methods that yield, attributes that hold numbers
Holds:
    run() ×1
    for@loop ×3
    item@norm -> mul_@scale (1)
    item@norm in run() for@loop #2
    transformer.h.1.output@read in for@loop #1
"""


class Patcher:
    def __init__(self, model, scale):
        self.model, self.scale, self.norms = model, scale, []

    def acts(self):
        for i, block in enumerate(self.model.transformer.h):
            yield i, block.output  # read

    def run(self):
        for i, act in self.acts():  # loop
            self.norms.append(act.norm().item())  # norm
            act[:, -1] *= self.scale / self.norms[-1]  # scale


patcher = Patcher(lm, 2.0)
with lm.trace("the cat sat"):
    patcher.run()
    out = lm.lm_head.output[:, -1].save()
