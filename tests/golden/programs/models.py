with model.trace(x):
    hidden = model.layer1.output
    with gpt2.trace("the cat"):
        other = gpt2.transformer.h[0].output[0, 0, :10]
    mixed = (hidden + other).save()
