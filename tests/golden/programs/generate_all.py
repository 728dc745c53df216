with gpt2.generate("Madison Square Garden", max_new_tokens=3, do_sample=False) as tracer:
    tokens = [].save()
    for step in tracer.all():
        tokens.append(gpt2.lm_head.output[0, -1].argmax(dim=-1))
    never = gpt2.lm_head.output.save()
