"""The sweep of a patch inside one session.

Shape: nnsight's activation-patching tutorial: session, loop of traces, a list saved in the session
Holds:
    session ×1
    for@sweep ×3
    trace@run ×3
    for@collect ×3
    setitem@patch in session for@sweep #2 trace
    sub@score -> save@scores ×3
    transformer.h.2.output@collect
"""

with lm.session() as session:
    with lm.trace("the cat sat"):
        clean = [block.output for block in lm.transformer.h]  # collect
    scores = nnsight.save([])  # scores
    for layer in range(3):  # sweep
        with lm.trace("the dog ran"):  # run
            lm.transformer.h[layer].output[:, -1, :] = clean[layer][:, -1, :]  # patch
            logits = lm.lm_head.output[:, -1]
            scores.append(logits[0, 4] - logits[0, 8])  # score
