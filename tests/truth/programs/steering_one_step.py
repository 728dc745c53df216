"""Only one step of a generation is steered.

Shape: nnsight's generation guide: `if step == 1`
Holds:
    for@steps ×3
    if@test then 1 of 3
    add_@steer ×1 ok
    argmax@token ×3
"""

vector = torch.ones(16)
with lm.generate("the cat sat", max_new_tokens=3, do_sample=False) as tracer:
    tokens = nnsight.save([])
    for step in tracer.iter[:3]:  # steps
        if step == 1:  # test
            lm.transformer.h[1].output[:, -1] += vector  # steer
        tokens.append(lm.lm_head.output[:, -1].argmax(-1))  # token
