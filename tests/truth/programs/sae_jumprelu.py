"""A JumpReLU autoencoder with its own parameters.

Shape: Gemma Scope's code: pre-activations times a threshold mask
Holds:
    W_enc -> matmul@pre (1)
    threshold -> gt@mask (1)
    matmul@pre -> gt@mask (0)
    gt@mask -> mul@gated (0)
    mul@gated -> matmul@decode (0)
    encode() ×1
"""


class JumpReLU(torch.nn.Module):
    def __init__(self, d, n):
        super().__init__()
        self.W_enc = torch.nn.Parameter(torch.ones(d, n) * 0.1)
        self.W_dec = torch.nn.Parameter(torch.ones(n, d) * 0.1)
        self.threshold = torch.nn.Parameter(torch.zeros(n))

    def encode(self, x):
        pre = x @ self.W_enc  # pre
        mask = pre > self.threshold  # mask
        return mask * torch.relu(pre)  # gated

    def decode(self, acts):
        return acts @ self.W_dec  # decode


sae = JumpReLU(16, 32)
with lm.trace("the cat sat"):
    acts = sae.encode(lm.transformer.h[1].output)
    lm.transformer.h[1].output = sae.decode(acts)
    out = lm.lm_head.output.save()
