with model.session() as session:
    with model.trace(x) as tracer_1:
        a = model.layer1.output.save()
        a_copy = model.layer1.output.clone().save()
    for item in [0, 1, 2]:
        with model.trace(x2) as tracer_2:
            b = model.layer1.output.save()
        a_copy[:, item] = b[:, item] + a[:, item]
