"""Principal directions by numpy, projected out.

Shape: sklearn and numpy inside of a trace
Holds:
    numpy@out -> from_numpy@back
    from_numpy@back -> matmul@project (1)
    from_numpy@back -> mul@project (1)
"""

import numpy as np

with lm.trace(["the cat sat", "a dog ran", "the mat is"]):
    h = lm.transformer.h[1].output[:, -1]
    array = h.detach().numpy()  # out
    _, _, directions = np.linalg.svd(array - array.mean(0))
    first = torch.from_numpy(directions[0])  # back
    projected = h - (h @ first).unsqueeze(-1) * first  # project
    out = projected.save()
