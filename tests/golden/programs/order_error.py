with model.trace(x) as tracer:
    late = model.layer2.output.save()
    early = model.layer1.output.save()
    total = (early + late).sum()
    model.output = total
