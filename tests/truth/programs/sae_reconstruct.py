"""A sparse autoencoder replaces a residual.

Shape: nnsight's auxiliary-modules pattern
Holds:
    encoder.weight -> linear@encode (1)
    decoder.bias -> linear@rebuilt (2)
    relu@encode in encode()
    relu@encode -> linear@rebuilt (0)
    add@write -> transformer.h.1.output@write (value)
"""


class SAE(torch.nn.Module):
    def __init__(self, d, n):
        super().__init__()
        self.encoder = torch.nn.Linear(d, n)
        self.decoder = torch.nn.Linear(n, d)

    def encode(self, x):
        return torch.relu(self.encoder(x))  # encode

    def forward(self, x):
        return self.decoder(self.encode(x))  # decode


sae = SAE(16, 64)
with lm.trace("the cat sat"):
    h = lm.transformer.h[1].output
    features = sae.encode(h)
    rebuilt = sae.decoder(features)  # rebuilt
    lm.transformer.h[1].output = rebuilt + (h - rebuilt)  # write
    active = (features > 0).float().sum(-1).mean().save()  # count
    out = lm.lm_head.output.save()
