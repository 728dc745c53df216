"""A trace is stopped when what is wanted was read.

Shape: nnsight: tracer.stop()
Holds:
    save@read
    stop@stop
    trace ok
"""

with lm.trace("the cat sat") as tracer:
    h = lm.transformer.h[0].output.save()  # read
    tracer.stop()  # stop
