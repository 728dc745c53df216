with model.trace(x):
    hidden = model.layer1.output.save()
    model.layer1.output = hidden[:, :3]
    output = model.layer2.output.save()
