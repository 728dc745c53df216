with model.trace(x):
    hidden = model.layer1.output
    scaled = (2 * hidden + hidden).relu().save()
    unused = hidden.mean()
    logits = model.output.save()
