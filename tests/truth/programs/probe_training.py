"""A few steps of gradient descent on a probe inside of a session.

Shape: nnsight's LoRA and probing tutorials: optimizer, loss.backward()
Holds:
    for@steps ×3
    cross_entropy@loss -> backward@backward
    backward@backward ×3
"""

probe = torch.nn.Linear(16, 2)
optimizer = torch.optim.SGD(probe.parameters(), lr=0.1)
for step, (prompt, label) in enumerate([("the cat", 0), ("the dog", 1), ("a cat", 0)]):  # steps
    with lm.trace(prompt):
        h = lm.transformer.h[1].output[:, -1].detach()  # read
        loss = torch.nn.functional.cross_entropy(probe(h), torch.tensor([label]))  # loss
        loss.backward()  # backward
        value = loss.item()
        nnsight.save(value)  # value
    optimizer.step()
    optimizer.zero_grad()
