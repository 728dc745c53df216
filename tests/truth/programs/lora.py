"""A low-rank addition to a layer's output.

Shape: nnsight's LoRA tutorial: a module with two factors, the loss read off the logits
Holds:
    sum@loss -> backward@backward
    grad@grad -> norm@grad
    matmul@add ×2
"""


class LoRA(torch.nn.Module):
    def __init__(self, d, r):
        super().__init__()
        self.A = torch.nn.Parameter(torch.ones(d, r) * 0.01)
        self.B = torch.nn.Parameter(torch.ones(r, d) * 0.01)

    def __call__(self, module):
        x = module.input
        module.output = module.output + x @ self.A @ self.B  # add


lora = LoRA(16, 2)
with lm.trace("the cat sat"):
    lora(lm.transformer.h[1].mlp)
    loss = lm.lm_head.output[:, -1].logsumexp(-1).sum()  # loss
    loss.backward()  # backward
    g = nnsight.save(lora.A.grad.norm())  # grad
