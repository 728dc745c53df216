with model.trace(x) as tracer:
    hidden = model.layer1.output.save()
    tracer.stop()
