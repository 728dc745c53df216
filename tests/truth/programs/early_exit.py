"""The first layer whose top token is sure stops the loop.

Shape: early-exit code: `if confidence > t: break`
Holds:
    for@loop ×1
    bool@test -> if@test
    argmax@token in for@loop #0 if then
    argmax@token -> save
"""

with lm.trace("the cat sat"):
    for i, block in enumerate(lm.transformer.h):  # loop
        logits = lm.lm_head(lm.transformer.ln_f(block.output))[:, -1]
        confidence = logits.softmax(-1).max()  # confidence
        if confidence > 0.0:  # test
            token = logits.argmax(-1)  # token
            break
    out = token.save()
