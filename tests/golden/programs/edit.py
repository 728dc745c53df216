with model.edit() as (tracer, edited):
    edited.layer1.output[:] = 0
with edited.trace(x):
    output = edited.output.save()
with model.edit(inplace=True) as tracer:
    model.layer1.output = model.layer1.output * 2
with model.trace(x):
    doubled = model.output.save()
model.clear_edits()
