with model.trace(x):
    hidden = model.layer1.output
    size = hidden.norm().round().item()
    factor = size * 2
    unit = (hidden / factor).save()
    peak = int(hidden.argmax())
    chosen = hidden[0, peak].save()
    squared = (hidden * hidden).save()
    joined = torch.cat([hidden, hidden], dim=1).save()
    pair = {"a": hidden.relu(), "b": [hidden.sigmoid()]}
    summed = (pair["a"] + pair["b"][0]).save()
    nnsight.save(pair)
