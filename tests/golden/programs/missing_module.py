with model.trace(x):
    hidden = model.layer1.output.save()
    other = model.layer9.output.save()
    double = (other * 2).save()
