"""Attributions of dictionaries' features by gradients.

Shape: sparse-feature-circuits code: dictionaries by submodule, states and residuals kept in dicts, grads of both
Holds:
    for@loop ×2
    for@grads ×2
    enc.weight ×2
    add@write -> transformer.h.1.output@write (value)
    detach@residual -> add@write (1)
"""

torch.manual_seed(0)


class Dictionary(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.enc, self.dec = torch.nn.Linear(16, 24), torch.nn.Linear(24, 16)

    def forward(self, x, output_features=False):
        f = torch.relu(self.enc(x))
        x_hat = self.dec(f)
        return (x_hat, f) if output_features else x_hat


submodules = [lm.transformer.h[0], lm.transformer.h[1]]
dictionaries = {i: Dictionary() for i in range(2)}
hidden, grads = {}, {}
with lm.trace("the cat sat"):
    for i, submodule in enumerate(submodules):  # loop
        x = submodule.output
        x_hat, f = dictionaries[i](x, output_features=True)  # call
        hidden[i] = f
        residual = (x - x_hat).detach()  # residual
        submodule.output = x_hat + residual  # write
    metric = lm.lm_head.output[:, -1].max()
    with metric.backward():
        for i in reversed(range(2)):  # grads
            grads[i] = hidden[i].grad.save()  # grad
