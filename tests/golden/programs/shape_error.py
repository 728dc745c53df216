with model.trace(x):
    hidden = model.layer1.output
    wrong = hidden @ hidden
    both = (wrong + hidden).save()
    alone = model.layer2.output.save()
