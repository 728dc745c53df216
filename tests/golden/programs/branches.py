with model.trace(x):
    hidden = model.layer1.output
    if hidden.norm() > 100:
        model.layer1.output = hidden * 0
    else:
        model.layer1.output = hidden + 1
    size = hidden.abs().max().item()
    if size > 0.5:
        scaled = hidden / size
        kept = scaled.save()
    for sign in (1, -1):
        if sign > 0:
            positive = (hidden * sign).save()
        else:
            negative = (hidden * sign).save()
    output = model.output.save()
