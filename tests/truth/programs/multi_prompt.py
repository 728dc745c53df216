"""Each prompt has its invoke; a list of results.

Shape: nnsight's multi-prompt comparison: a loop of invokes in one trace
Holds:
    for@prompts ×3
    invoke ×3
    argmax@token in for@prompts #2 invoke
"""

prompts = ["the cat sat", "a dog ran", "the mat is"]
outs = []
with lm.trace() as tracer:
    for prompt in prompts:  # prompts
        with tracer.invoke(prompt):
            outs.append(lm.lm_head.output[:, -1].argmax(-1).save())  # token
