for index, amount in enumerate([1.0, 2.0]):
    with model.trace(x):
        hidden = model.layer1.output
        count = 0
        while count < 2:
            hidden = hidden * amount
            count += 1
        parts = [hidden[:, column].sum() for column in range(3)]
        total = torch.stack(parts).sum().save()
