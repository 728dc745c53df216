"""A direction is projected out at each layer.

Shape: refusal-direction papers: directional ablation on every block
Holds:
    for@loop ×3
    r -> matmul@part (1)
    r -> mul@part (1)
    sub@ablate -> setitem@ablate (2)
    setitem@ablate in for@loop #2
"""

r = torch.nn.functional.normalize(torch.ones(16), dim=0)
with lm.trace("the cat sat"):
    for block in lm.transformer.h:  # loop
        h = block.output
        part = (h @ r).unsqueeze(-1) * r  # part
        block.output[:] = h - part  # ablate
    out = lm.lm_head.output.save()
