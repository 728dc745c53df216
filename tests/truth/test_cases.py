"""Small programs, each about one thing that a graph once said wrongly, and the facts that it must hold; siblings follow a case.

``model`` has three linear layers (5 → 10 → 10 → 2), ``lm`` is a GPT-2 of three layers; both are small and random.
"""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from functools import cache
from typing import Any

import nnsight
import pytest
import torch

from tests.models import tiny_gpt2
from tests.truth.facts import Shown, assert_facts, shown

CASES: dict[str, tuple[str, str]] = {}


def case(name: str, text: str, facts: str) -> None:
    assert name not in CASES, name
    CASES[name] = (text.strip() + "\n", facts)


# -- tests on tensors --------------------------------------------------------------------------------------------------------

case("a test in a loop over layers", """
with model.trace(x):
    for layer in (model.layer1, model.layer2):
        h = layer.output
        if h.norm() > 0.1:  # test
            layer.output[:] = h / h.norm()  # write
    out = model.output.save()
""", """
for ×2
bool@test in for #0
bool@test in for #1
setitem@write in for #0 if then
setitem@write in for #1 if then
bool@test -> if@test ×2
if@test then 2 of 2
gt ×2
norm ×4
no setitem@write never run
no for ×4
""")  # fmt: skip
case("a test in a loop that comes out both ways", """
with model.trace(x):
    for scale in (1.0, -1.0, 1.0):
        h = model.layer1.output.abs() * scale
        if h.sum() > 0:  # test
            a = h * 2  # high
        else:
            a = h * 3  # low
    out = a.save()
""", """
for ×3
if@test then 2 of 3
if@test else 1 of 3
mul@high in for #0 if then
mul@low in for #1 if else
mul@high in for #2 if then
mul@high ×2 ok
""")  # fmt: skip
case("a test on a tensor in a while", """
with model.trace(x):
    h = model.layer1.output
    h = h / h.norm()
    while h.norm() > 0.2:  # loop
        h = h * 0.5  # half
    out = h.save()
""", """
while@loop ×3
bool@loop ×4
mul@half ×3
mul@half in while #2
bool@loop in while #0
mul@half -> save
""")  # fmt: skip
case("a while that is left by break", """
with model.trace(x):
    h = model.layer1.output
    n = 0
    while True:  # loop
        h = h * 0.5  # half
        n += 1
        if n == 4:
            break
    out = h.save()
""", """
while@loop ×4
mul@half ×4
mul@half in while #3
""")  # fmt: skip
case("a test by any and all", """
with model.trace(x):
    h = model.layer1.output
    if (h > 100).any():  # high
        model.layer1.output[:] = 0  # write
    if h.isfinite().all():  # finite
        z = (h * 3).save()  # z
    out = model.output.save()
""", """
bool@high -> if@high
bool@finite -> if@finite
"(h > 100).any()"@high
if@high then 0 of 1
if@finite then 1 of 1
mul@z in if then
setitem@write never run
""")  # fmt: skip
case("not, and, chained and walrus in a test", """
with model.trace(x):
    h = model.layer1.output.abs() + 1
    if not h.sum() < 0:  # not
        a = h * 2  # a
    if h.sum() > 0 and h.mean() > 0:  # and
        b = h * 3  # b
    if h.min() <= h.mean() <= h.max():  # chain
        c = h * 4  # c
    if (n := h.norm().item()) > 0:  # walrus
        d = h * n  # d
    out = (a + b + c + d).save()
""", """
bool@not -> if@not
bool@and -> if@and ×2
bool@chain ×2
item@walrus -> if@walrus
item@walrus -> mul@d (1)
mul@a in if@not then
mul@b in if@and then
mul@c in if@chain then
mul@d in if@walrus then
""")  # fmt: skip
case("assert and a ternary", """
with model.trace(x):
    h = model.layer1.output
    assert h.isfinite().all()  # assert
    y = h * 2 if h.sum() > 1000 else h * 3  # ternary
    out = y.save()
""", """
bool@assert
bool@ternary -> if@ternary
if@ternary then 0 of 1
if@ternary else 1 of 1
mul@ternary in if else
mul@ternary ×1 ok
mul@ternary -> save
""")  # fmt: skip
case("a condition over several lines", """
with model.trace(x):
    h = model.layer1.output.save()
    if (
        h.sum()
        > -1000
    ):
        model.layer2.output = model.layer2.output * 2
    out = model.output.save()
""", """
"h.sum() > -1000" -> if
if then 1 of 1
""")  # fmt: skip

# -- loops, passes, branches -------------------------------------------------------------------------------------------------

case("a generator feeds the loop", """
def acts():
    for i, layer in enumerate((model.layer1, model.layer2, model.layer3)):
        yield i, layer.output  # read
with model.trace(x):
    total = nnsight.save({})
    for i, act in acts():  # loop
        total[i] = act.sum()  # sum
""", """
for@loop ×3
layer1.output@read in for@loop #0
layer2.output@read in for@loop #1
layer3.output@read in for@loop #2
sum@sum in for@loop #2
layer2.output@read -> sum@sum ×1
sum@sum -> save ×3
""")  # fmt: skip
case("a generator expression with a condition feeds the loop", """
with model.trace(x):
    h = model.layer1.output
    kept = []
    for t in (h * s for s in (1.0, 2.0, 3.0) if s > 1):  # loop
        kept.append(t.sum())  # sum
    out = torch.stack(kept).save()
""", """
for@loop ×2
mul@loop in for@loop #0
mul@loop in for@loop #1
sum@sum -> stack ×2
""")  # fmt: skip
case("a generator expression inside a function's call", """
with model.trace(x):
    h = model.layer1.output
    total = sum(h * s for s in (1.0, 2.0, 3.0))  # loop
    out = total.save()
""", """
for@loop ×3
mul@loop in for@loop #2
add@loop ×3
add@loop -> save
""")  # fmt: skip
case("the passes of a loop that acts once", """
with model.trace(x):
    for i, layer in enumerate([model.layer1, model.layer2, model.layer3]):  # loop
        if i == 1:  # test
            layer.output[:] = 0  # write
    out = model.output.save()
""", """
for@loop ×3
if@test then 1 of 3
setitem@write in for@loop #1 if then
setitem@write ×1 ok
""")  # fmt: skip
case("continue, break and else", """
with model.trace(x):
    h = model.layer1.output
    for i in range(6):  # loop
        if i == 1:
            continue
        if i == 4:
            break
        h = h * 2  # double
    else:
        h = h * 5  # never
    for i in range(2):
        h = h + 1
    else:
        h = h - 1  # after
    out = h.save()
""", """
for@loop ×5
mul@double ×3 ok
mul@double in for@loop #3
sub@after ok
no mul@never ok
""")  # fmt: skip
case("a branch of another pass", """
with model.trace(x):
    values = []
    for i, layer in enumerate([model.layer1, model.layer2]):
        if i == 0:  # test
            a = layer.output * 2  # first
        else:
            a = layer.output + 1  # second
        values.append(a)
    out = torch.stack(values).save()
""", """
for ×2
if@test then 1 of 2
if@test else 1 of 2
mul@first in for #0 if then
add@second in for #1 if else
mul@first -> stack (0[0]) ×1
add@second -> stack (0[1]) ×1
""")  # fmt: skip
case("comprehensions with and without a condition", """
with model.trace(x):
    h = model.layer1.output
    every = [h * s for s in (1, 2, 3)]  # every
    some = [t + 1 for t in every if t.sum() > -1000]  # some
    named = {i: t.norm() for i, t in enumerate(some)}  # named
    out = torch.stack(list(named.values())).save()
""", """
for@every ×3
for@some ×3
for@named ×3
mul@every in for@every #1
norm@named -> stack (0[2])
bool@some in for@some #2
""")  # fmt: skip
case("match", """
with model.trace(x):
    h = model.layer1.output
    match int((h > 1000).sum()):  # match
        case 1:
            y = h * 1  # one
        case 0:
            y = h * 2  # zero
        case _:
            y = h * 3  # other
    out = y.save()
""", """
int@match -> match@match
match@match case 1 0 of 1
match@match case 0 1 of 1
mul@zero in match case 0
mul@zero -> save
no mul@other ok
""")  # fmt: skip
case("try, except, finally", """
with model.trace(x):
    h = model.layer1.output
    try:
        y = h @ torch.ones(3)  # fails
    except RuntimeError:
        y = h.abs()  # handled
    finally:
        y = y.exp()  # last
    out = y.save()
""", """
matmul@fails failed
abs@handled ok
abs@handled -> exp@last
exp@last -> save
trace ok
""")  # fmt: skip
case("zip and enumerate", """
with model.trace(x):
    h = model.layer1.output
    for i, (layer, s) in enumerate(zip((model.layer2, model.layer3), (0.5, 2.0))):  # loop
        layer.output = layer.output * s  # write
    out = model.output.save()
""", """
for@loop ×2
mul@write in for@loop #0
mul@write in for@loop #1
layer3.output@write in for@loop #1
""")  # fmt: skip
case("each step of a generation", """
with lm.generate("the cat sat", max_new_tokens=3, do_sample=False) as tracer:
    tokens = nnsight.save([])
    for step in tracer.iter[:3]:  # loop
        logits = lm.lm_head.output
        tokens.append(logits[0, -1].argmax())  # token
""", """
for@loop ×3
lm_head.output in for@loop #2
argmax@token -> save ×3
""")  # fmt: skip
case("one step of a generation is written", """
with lm.generate("the cat sat", max_new_tokens=3, do_sample=False) as tracer:
    for step in tracer.iter[:3]:  # loop
        if step == 1:  # test
            lm.transformer.h[0].output[:] = 0  # write
""", """
for@loop ×3
if@test then 1 of 3
setitem@write in for@loop #1 if then
""")  # fmt: skip
case("a loop around traces", """
outs = []
for scale in (1.0, 2.0, 3.0):  # loop
    with model.trace(x * scale):
        outs.append(model.output.mean().save())  # out
""", """
for@loop ×3
trace ×3
mean@out in for@loop #2 trace
""")  # fmt: skip
case("a session that is stopped in each pass", """
with lm.session():
    shapes = nnsight.save([])
    for prompt in ["the cat", "a dog ran", "the mat"]:  # loop
        with lm.trace(prompt) as tracer:
            acts = lm.transformer.h[0].output.save()  # read
            tracer.stop()  # stop
        shapes.append(acts.shape)
""", """
for@loop ×3
stop@stop in for@loop #2 trace
save@read in for@loop #1 trace
""")  # fmt: skip

# -- helper functions --------------------------------------------------------------------------------------------------------

case("a loop in a helper", """
def acts(model):
    got = []
    for layer in range(3):  # loop
        got.append(model.transformer.h[layer].output[:, -1])  # read
    return torch.stack(got)  # stack
with lm.trace("the cat sat"):
    out = acts(lm).save()
""", """
acts() ×1
for@loop ×3
for@loop in acts()
getitem@read in acts() for@loop #2
stack@stack in acts()
getitem@read -> stack@stack (0[2])
stack@stack -> save
""")  # fmt: skip
case("a helper with an early return", """
def first(parts):
    for part in parts:  # loop
        if part.sum() > 0:  # test
            return part * 10  # found
    return None
with model.trace(x):
    h = model.layer1.output.abs()
    out = first([-h, h, h * 3]).save()
""", """
for@loop in first()
for@loop ×2
if@test then 1 of 2
mul@found in first() for@loop #1 if then
mul@found -> save
""")  # fmt: skip
case("recursion", """
def halved(t, times):
    if times == 0:
        return t
    return halved(t * 0.5, times - 1)  # half
with model.trace(x):
    out = halved(model.layer1.output, 3).save()
""", """
mul@half ×3
halved() in halved()
mul@half in halved() halved() halved()
mul@half -> save
""")  # fmt: skip
case("a lambda and a local function", """
with model.trace(x):
    h = model.layer1.output
    double = lambda t: t * 2  # double
    def shifted(t):
        return t + 1  # shift
    out = shifted(double(h)).save()
""", """
layer1.output -> mul@double
mul@double -> add@shift
add@shift in shifted()
add@shift -> save
""")  # fmt: skip
case("two calls of a helper", """
def scaled(t, k):
    return t * k  # scale
with model.trace(x):
    h = model.layer1.output
    a = scaled(h, 2)
    b = scaled(a, 3)
    out = b.save()
""", """
scaled() ×2
mul@scale -> mul@scale ×1
layer1.output -> mul@scale ×1
""")  # fmt: skip

# -- numbers and other values of Python --------------------------------------------------------------------------------------

case("a sum from zero", """
with model.trace(x):
    acc = 0
    for layer in (model.layer1, model.layer2):
        acc += layer.output.sum()  # add
    out = acc.save()
""", """
sum@add -> add@add (1) ×1
sum@add -> add_@add (1) ×1
add@add -> add_@add (0)
add_@add -> save
no layer -> add@add
add@add = acc
no sum@add = acc
""")  # fmt: skip
case("a number that is used in place", """
with model.trace(x):
    h = model.layer1.output
    model.layer1.output = h / h.norm().item()  # div
    s = nnsight.save(h.sum().item())  # save
    if h.norm().item() > 0.1:  # test
        model.layer2.output = model.layer2.output * 2
    out = model.output.save()
""", """
item@div -> div@div (1)
item@save -> save@save
item@test -> if@test
""")  # fmt: skip
case("a number that goes through arithmetic", """
with model.trace(x):
    h = model.layer1.output
    v = torch.ones(10)
    scale = float(h.norm())  # scale
    y = h + 0.5 * scale * v  # use
    z = h * (1 + scale / 2)  # more
    out = (y + z).save()
""", """
float@scale -> mul@use (0)
float@scale -> mul@more (1)
""")  # fmt: skip
case("a number from a helper", """
def score(t):
    return t.norm().item()  # item
with model.trace(x):
    h = model.layer1.output
    s = score(h)
    model.layer1.output = h / s  # div
    out = model.output.save()
""", """
item@item -> div@div (1)
layer1.output -> div@div (0)
layer1.output -> div@div ×1
item@item in score()
""")  # fmt: skip
case("numbers in containers that are saved", """
with model.trace(x):
    listed = nnsight.save([])  # list
    for layer in (model.layer1, model.layer2):
        listed.append(layer.output.norm().item())  # in list
    named = nnsight.save({"m": model.output.mean().item()})  # dict
    text = nnsight.save(f"{model.output.max().item():.3f}")  # text
""", """
item@dict -> save@dict
item@text -> save@text
""")  # fmt: skip
case("a list that is saved empty and filled in a loop", """
with model.trace(x):
    listed = nnsight.save([])  # list
    for layer in (model.layer1, model.layer2):
        listed.append(layer.output.norm().item())  # item
""", """
item@item -> save@list ×2
for ×2
""")  # fmt: skip
case("a dataclass and a closure carry a number", """
from dataclasses import dataclass
@dataclass
class Scale:
    by: float
def scaler(k):
    def scaled(t):
        return t * k  # closure
    return scaled
with model.trace(x):
    h = model.layer1.output
    s = Scale(h.norm().item())  # norm
    y = h / s.by  # div
    z = scaler(h.mean().item())(h)  # mean
    out = (y + z).save()
""", """
item@norm -> div@div (1)
item@mean -> mul@closure (1)
layer1.output -> mul@closure (0)
""")  # fmt: skip
case("numpy and back", """
with model.trace(x):
    h = model.layer1.output
    array = h.detach().numpy()  # out
    v = torch.from_numpy(array[0] * 2)  # back
    model.layer1.output = h - v  # sub
    out = model.output.save()
""", """
numpy@out -> from_numpy@back (0)
from_numpy@back -> sub@sub (1)
no v -> sub@sub
""")  # fmt: skip
case("a number out of an array", """
with model.trace(x):
    h = model.layer1.output
    biggest = float(h.detach().numpy().max())  # out
    y = h / biggest  # div
    out = y.save()
""", """
numpy@out -> div@div (1)
""")  # fmt: skip
case("max and sum of tensors", """
with model.trace(x):
    h = model.layer1.output
    top = max([h.sum(), h.mean(), h.norm()])  # max
    total = sum([h.sum(), h.mean()])  # sum
    out = (top + total).save()  # add
""", """
add@sum -> add@add (1)
add@sum ×2
""")  # fmt: skip
case("a torch function that maps", """
with model.trace(x):
    h = model.layer1.output
    per = torch.func.vmap(lambda t: (t * 2).norm())(h)  # vmap
    jac = torch.func.jacrev(lambda t: t.tanh().sum())(h[0])  # jac
    out = (per.sum() + jac.sum()).save()  # end
""", """
layer1.output -> vmap@vmap
vmap@vmap -> sum@end
getitem@jac -> jacrev@jac
jacrev@jac -> sum@end
no diagonal
no t
no per
""")  # fmt: skip
case("torch.func.grad", """
with model.trace(x):
    h = model.layer1.output
    g = torch.func.grad(lambda t: (t ** 2).sum())(h)  # grad
    out = g.norm().save()  # norm
""", """
layer1.output -> grad@grad
grad@grad -> norm@norm
""")  # fmt: skip
case("einops", """
import einops
with model.trace(x):
    z = model.layer1.output
    y = einops.reduce(z, "b (h d) -> b h", "mean", h=2)  # reduce
    w = einops.repeat(y, "b h -> b h k", k=3)  # repeat
    e = einops.einsum(y, y, "b i, b j -> b i j")  # einsum
    out = (w.sum() + e.sum()).save()
""", """
layer1.output -> reshape@reduce ×1
einsum@einsum
mean@reduce -> einsum@einsum ×2
no einops
""")  # fmt: skip
case("a bare backward", """
with model.trace(x):
    loss = model.output.sum()  # loss
    loss.backward()  # backward
    g = nnsight.save(model.layer1.weight.grad.norm())  # grad
""", """
sum@loss -> backward@backward
backward@backward -> grad@grad
grad@grad -> norm@grad
norm@grad -> save@grad
""")  # fmt: skip
case("a gradient after requires_grad_", """
with model.trace(x):
    zs = []
    for layer in (model.layer1, model.layer2):
        z = layer.output
        z.requires_grad_(True)  # ask
        zs.append(z)
    loss = model.output.sum()
    with loss.backward():
        gs = nnsight.save([z.grad for z in reversed(zs)])  # grads
""", """
layer2.output.grad@grads in for@grads #0
layer1.output.grad@grads in for@grads #1
layer1.output.grad@grads -> save@grads
no z.grad
""")  # fmt: skip
case("the part of a tuple", """
with model.trace(x):
    q, k = model.layer1.output.split(5, dim=-1)  # split
    s = (q @ k.T).save()  # product
""", """
split@split[0] -> matmul@product (0)
split@split[1] -> T@product
T@product -> matmul@product (1)
""")  # fmt: skip
case("the part of what max gives", """
with model.trace(x):
    values, places = model.layer1.output.max(dim=-1)  # max
    kept = values * 2  # values
    out = kept.save()
""", """
max@max[0] -> mul@values (0)
""")  # fmt: skip

# -- names -------------------------------------------------------------------------------------------------------------------

case("the names of a steering vector", """
v, alpha = torch.rand(10), 0.5
with model.trace(x):
    model.layer1.output += alpha * v  # add
    out = model.output.save()
""", """
v -> mul@add (1)
alpha -> mul@add (0)
mul@add -> add_@add (1)
no tensor
""")  # fmt: skip
case("a parameter on the right of a comparison", """
thr = torch.nn.Parameter(torch.zeros(10))
with model.trace(x):
    pre = model.layer1.output
    gate = pre > thr  # gate
    out = (pre * gate).save()
""", """
thr -> gt@gate (1)
layer1.output -> gt@gate (0)
no lt
""")  # fmt: skip
case("the parameters of a module of one's own", """
class SAE(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.enc, self.dec = torch.nn.Linear(10, 20), torch.nn.Linear(20, 10)
    def forward(self, t):
        return self.dec(torch.relu(self.enc(t)))  # forward
sae = SAE()
with model.trace(x):
    model.layer1.output = sae(model.layer1.output)  # write
    out = model.output.save()
""", """
enc.weight -> linear@forward (1)
enc.bias -> linear@forward (2)
dec.weight -> linear@forward (1)
relu@forward -> linear@forward (0)
linear@forward -> layer1.output@write
no tensor
""")  # fmt: skip
case("the names of an augmented sum", """
with model.trace(x):
    acc = model.layer1.output.mean()  # first
    acc += model.layer2.output.sum()  # second
    out = acc.save()
""", """
mean@first = acc
add_@second = acc
no sum@second = acc
mean@first -> add_@second (0)
sum@second -> add_@second (1)
""")  # fmt: skip
case("the outside tensor of each pass", """
dirs = {"a": torch.rand(10), "b": torch.rand(10)}
with model.trace(x):
    for layer, d in ((model.layer1, dirs["a"]), (model.layer2, dirs["b"])):
        layer.output = layer.output - d  # sub
    out = model.output.save()
""", """
for ×2
sub@sub ×2
""")  # fmt: skip
case("a name that is bound again after an untaken branch", """
flag = False
with model.trace(x):
    h = model.layer1.output
    if flag:  # test
        model.layer1.output[:] = h * 2  # write
    h = model.layer2.output
    out = h.save()
""", """
mul@write never run
layer1.output -> mul@write
no layer2.output -> mul@write
if@test then 0 of 1
""")  # fmt: skip
case("the name of a place that was not read", """
with model.trace(x):
    for layer in (model.layer1,):
        h = layer.output
        if h is None:
            layer.output[:] = h * 0  # write
    out = model.output.save()
""", """
layer1.output@write never run
no layer.output
""")  # fmt: skip
case("a literal that is written", """
with model.trace(x):
    model.layer1.output[:] = 0  # write
    out = model.output.save()
""", """
0 -> setitem@write (2)
""")  # fmt: skip
case("a place within the source of a module", """
with lm.trace("the cat sat"):
    mixed, _ = lm.transformer.h[0].attn.source.attention_interface_1.output  # read
    before = mixed.sum().save()  # sum
""", """
transformer.h.0.attn.source.attention_interface_1.output[0] -> sum@sum
trace ok
""")  # fmt: skip
case("renamed modules", """
with renamed.trace("the cat sat"):
    a = renamed.model.layers[0].self_attn.output[0].save()  # attention
    n = renamed.model.norm(renamed.model.layers[0].output).save()  # norm
""", """
model.layers.0.self_attn.output@attention
model.layers.0.output@norm
trace ok
""")  # fmt: skip

# -- failures ----------------------------------------------------------------------------------------------------------------

case("an invoke fails", """
with model.trace() as tracer:
    with tracer.invoke(x):
        b = model.layer2.output.save()
        a = model.layer1.output.save()  # late
""", """
raises OutOfOrderError
invoke ×1
invoke failed
layer1.output@late failed
layer2.output ok
""")  # fmt: skip
case("the second of two invokes fails", """
with lm.trace() as tracer:
    with tracer.invoke("the cat sat"):  # first
        a = lm.transformer.h[0].output.mean().save()
    with tracer.invoke("a dog"):  # second
        bad = lm.transformer.h[1].output[99].save()  # bad
""", """
invoke ×2
invoke@first ok
invoke@second failed
getitem@bad failed
save@bad not reached
""")  # fmt: skip
case("the first of two invokes fails", """
with lm.trace() as tracer:
    with tracer.invoke("the cat sat"):  # first
        bad = lm.transformer.h[0].output[99].save()  # bad
    with tracer.invoke("a dog"):  # second
        a = lm.transformer.h[1].output.mean().save()  # never
""", """
invoke ×2
invoke@first failed
invoke@second never run
mean@never never run
""")  # fmt: skip
case("a helper fails", """
def patch(t, w):
    u = t * 2  # u
    return u @ w  # product
with model.trace(x):
    h = model.layer1.output
    z = patch(h, torch.ones(3))
    out = z.save()  # save
""", """
raises RuntimeError
matmul@product failed
mul@u -> matmul@product (0)
matmul@product -> save@save
save@save not reached
patch() failed
no layer1.output -> save@save
""")  # fmt: skip
case("a later pass fails", """
with lm.trace("the cat sat"):
    for module in [lm.transformer.wte, lm.transformer.h[1], lm.transformer.h[0]]:  # loop
        out = module.output.norm().save()  # read
""", """
for@loop failed
for@loop ×3
transformer.h.0.output@read failed
transformer.h.0.output@read in for@loop #2
norm@read ×2 ok
""")  # fmt: skip
case("a branch of a later pass fails", """
with model.trace(x):
    h = model.layer1.output
    for i in range(3):  # loop
        if i == 2:  # test
            y = h @ torch.ones(3)  # bad
        else:
            y = h * i  # good
    out = y.save()  # save
""", """
raises RuntimeError
for@loop failed
for@loop ×3
if@test failed
matmul@bad failed
mul@good ×2 ok
save@save not reached
""")  # fmt: skip
case("a module that is never called", """
with lazy.trace(torch.rand(1, 4)):
    a = lazy.a.output.save()
    u = lazy.unused.output  # unused
    z = (a + u).save()  # sum
""", """
unused.output@unused failed
add@sum not reached
a.output ok
""")  # fmt: skip
case("a value that an earlier trace did not save", """
with lm.trace("the cat sat"):
    hidden = lm.transformer.h[0].output
with lm.trace("a dog ran"):
    lm.transformer.h[0].output = hidden  # use
    logits = lm.lm_head.output.save()
""", """
trace ×2
transformer.h.0.output
""")  # fmt: skip
case("what a failure left out, through a name that a pass binds", """
def patch(value, by):
    return value + by  # add
for wide in (10, 3):
    with model.trace(x):
        for name in ("layer1", "layer2"):
            block = getattr(model, name)
            block.output = patch(block.output, torch.ones(wide))  # write
""", """
raises RuntimeError
layer1.output@write not reached
no block.output@write not reached
""")  # fmt: skip
case("saves that a tuple names", """
with model.trace(x):
    one, two = model.layer1.output.save(), model.layer2.output.save()  # both
""", """
save@both = one
save@both = two
""")  # fmt: skip
case("a block that is dedented", """
with lm.generate("the cat", max_new_tokens=2, do_sample=False) as tracer:
    outputs = nnsight.save([])
for step in tracer.iter[:]:
    outputs.append(lm.lm_head.output[:, -1, :].argmax(dim=-1))
""", """
tracer ×1
no argmax ok
""")  # fmt: skip
case("a gradient that does not exist", """
with lm.trace("the cat sat"):
    h = lm.transformer.h[0].output[:, -1].clone()
    loss = lm.lm_head.output.sum()
    with loss.backward():
        g = h.grad.save()  # grad
""", """
h.grad@grad failed
""")  # fmt: skip

# -- the model's memory ------------------------------------------------------------------------------------------------------

case("a saved value that is written later", """
with lm.trace("the cat sat"):
    before = lm.transformer.h[0].output.save()  # before
    lm.transformer.h[0].output[:] = 0  # write
    after = lm.transformer.h[0].output.save()  # after
""", """
save@before says "written later"
no save@after says "written later"
setitem@write -> transformer.h.0.output@after
""")  # fmt: skip
case("a saved copy is not written later", """
with model.trace(x):
    before = model.layer1.output.clone().save()  # before
    model.layer1.output[:] = 0
    out = model.output.save()
""", """
no save@before says "written later"
""")  # fmt: skip
case("an edit, then a read", """
with lm.edit(inplace=True):
    lm.transformer.h[1].output[:] = lm.transformer.h[1].output * 2  # edit
with lm.trace("the cat sat"):
    out = lm.transformer.h[1].output.save()  # read
""", """
setitem@edit -> transformer.h.1.output@read
""")  # fmt: skip
case("a cache lists its modules", """
with lm.trace("the cat sat") as tracer:
    cache = tracer.cache(modules=[lm.transformer.h[0].attn, lm.transformer.h[1].attn], include_inputs=True)  # cache
    y = lm.transformer.h[1].output.norm().save()
""", """
cache@cache says "transformer.h.0.attn"
cache@cache says "transformer.h.1.attn"
""")  # fmt: skip

# -- only the user's code ----------------------------------------------------------------------------------------------------

case("loops of the standard library", """
import asyncio
async def one(k):
    with model.trace(x):
        a = model.layer1.output.mean().save()
    return a
async def main():
    return [await one(k) for k in range(2)]  # loop
asyncio.run(main())
""", """
for@loop ×2
trace ×2
while ×0
for ×2
""")  # fmt: skip
case("a property that nnsight makes", """
from nnsight.intervention.envoy import Envoy
from nnsight.intervention.eproperty import eproperty
class Heads(Envoy):
    @eproperty(key="output")
    def heads(self, value):
        return value.view(value.shape[0], 2, 5)  # made
    @heads.transform
    def heads(self, value, raw):
        return value.reshape(value.shape[0], 10)  # back
m = nnsight.NNsight(model._module, envoys={"layer1": Heads})
with m.trace(x):
    h = m.layer1.heads  # read
    h[:, 1] = 0  # write
    out = m.output.save()
""", """
layer1.heads@read
layer1.heads@read -> setitem@write (0)
no view@made
no reshape@back
no value
""")  # fmt: skip


@cache
def models() -> dict[str, Any]:
    torch.manual_seed(0)
    net = OrderedDict(layer1=torch.nn.Linear(5, 10), layer2=torch.nn.Linear(10, 10), layer3=torch.nn.Linear(10, 2))

    class Lazy(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.unused = torch.nn.Linear(4, 4), torch.nn.Linear(4, 4)

        def forward(self, x: Any) -> Any:
            return self.a(x)

    return {"model": nnsight.NNsight(torch.nn.Sequential(net)), "lazy": nnsight.NNsight(Lazy())}


def run(name: str) -> Shown:
    text, _ = CASES[name]
    x = torch.rand(1, 5, generator=torch.Generator().manual_seed(1))
    names: dict[str, Any] = {"__name__": __name__, "torch": torch, "nnsight": nnsight, "x": x, **models()}
    if "lm." in text:
        names["lm"] = tiny_gpt2(layers=3)  # a new one each time: an edit stays
    if "renamed." in text:
        names["renamed"] = nnsight.LanguageModel(
            tiny_gpt2()._module,
            tokenizer=tiny_gpt2().tokenizer,
            rename={"transformer": "model", "h": "layers", "attn": "self_attn", "ln_f": "norm"},
        )
    return shown(text, f"case{list(CASES).index(name)}.py", names)


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    if "einops" in CASES[name][0]:
        pytest.importorskip("einops")
    assert_facts(run(name), CASES[name][1])


@pytest.mark.parametrize("name", CASES)
def test_text_is_fit_to_be_read(name: str) -> None:
    """Labels are one line, errors hold no memory address, and the same program gives the same graph to the byte."""
    if "einops" in CASES[name][0]:
        pytest.importorskip("einops")
    graph = run(name).graph
    for item in (*graph.nodes, *graph.groups):
        assert "\n" not in item.label and "  " not in item.label, item
        assert "#" not in item.label, item
        assert not re.search(r"0x|\d{10}", item.error or ""), item.error
    assert json.dumps(graph.to_dict()) == json.dumps(run(name).graph.to_dict())
