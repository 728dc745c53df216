def steer(hidden, amount):
    direction = torch.ones_like(hidden)
    return hidden + amount * direction


def steered(layer):
    with model.trace(x):
        layer.output = steer(layer.output, 2.0)
        out = model.output.save()
    return out


for layer in (model.layer1, model.layer2):
    result = steered(layer)
