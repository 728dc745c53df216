with model.trace(x):
    hidden = model.layer1.output
    row = hidden[0]
    left = row[:5]
    right = row[5:]
    left.zero_()
    total = hidden.sum().save()
    kept = right.sum().save()
    lost = left.sum().save()
