with gpt2.trace("the cat sat"):
    activation = gpt2.transformer.h[0].mlp.source.self_act_0.output.save()
    gpt2.transformer.h[0].mlp.source.self_c_proj_0.input = activation * 0
    output = gpt2.lm_head.output.save()
