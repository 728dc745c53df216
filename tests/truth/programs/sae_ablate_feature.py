"""One feature is ablated if it is active.

Shape: SAE tutorials: `if acts[..., f].max() > 0`, the decoder's row removed
Holds:
    for@features ×3
    bool@test ×3
    bool@test -> if@test ×3
    relu@acts -> getitem@strength ×3
"""

torch.manual_seed(0)
encoder, decoder = torch.randn(16, 32), torch.randn(32, 16)
with lm.trace("the cat sat"):
    h = lm.transformer.h[1].output
    acts = torch.relu(h @ encoder)  # acts
    for feature in (3, 5, 7):  # features
        strength = acts[..., feature]  # strength
        if strength.max() > 0:  # test
            h = h - strength.unsqueeze(-1) * decoder[feature]  # remove
    lm.transformer.h[1].output = h
    out = lm.lm_head.output.save()
