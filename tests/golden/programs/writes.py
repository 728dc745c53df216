with model.trace(x):
    model.layer1.output[:, 0] = 0
    changed = model.layer1.output.save()
    model.layer1.output = changed + 1
    swapped = model.layer1.output.save()
    model.layer2.input = swapped * 2
    output = model.output.save()
    output += 1
    output.clamp_(max=2)
    last = output.sum().save()
