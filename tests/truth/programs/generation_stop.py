"""Generation is watched until a token comes.

Shape: nnsight's generation guide: `tracer.iter`, a test on the token, a list of words
Holds:
    for@steps ×4
    bool@test ×4
    argmax@token ×4
"""

with lm.generate("the cat sat", max_new_tokens=4, do_sample=False) as tracer:
    kept = nnsight.save([])  # kept
    for step in tracer.iter[:4]:  # steps
        token = lm.lm_head.output[0, -1].argmax()  # token
        if token != 2:  # test
            kept.append(token.item())  # item
