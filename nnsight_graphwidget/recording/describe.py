"""Any value → short, safe text and metadata.

Nothing here raises, copies or moves a value, or runs a user's ``__repr__``, ``__eq__``, ``__len__`` or ``__iter__``: objects of
unknown types are named by their type, and containers are walked with the methods of the built-in types.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

#: A prompt is shown up to so many characters.
_PROMPT = 48
LIMIT = 80
_MAX_ITEMS = 6
_MAX_LEAVES = 10_000
_MAX_DEPTH = 6


class Description(NamedTuple):
    """What is kept of a value. A tuple, since one is made for every operation: a frozen dataclass takes three times as long.

    Arguments:
        shape, dtype, device, requires_grad: of a tensor.
        text: of anything else.
        statistics: numbers about a tensor's values, when asked for.
    """

    shape: tuple[int, ...] | None = None
    dtype: str | None = None
    device: str | None = None
    requires_grad: bool | None = None
    text: str | None = None
    statistics: Mapping[str, float] | None = None


def describe(value: Any, values: bool = False) -> Description:
    """Metadata of a tensor, or of the first tensor in a container; text of anything else.

    Arguments:
        value: anything.
        values: also compute a tensor's statistics (min, max, mean, norm, fraction of zeros and of NaN).
    """
    if is_tensor(value):
        return _tensor(value, values)
    first = next((leaf for _, leaf in tensors(value)), None)
    inner = _tensor(first, values) if first is not None else Description()
    return Description(inner.shape, inner.dtype, inner.device, inner.requires_grad, short(value), inner.statistics)


def is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and issubclass(type(value), torch.Tensor)


def tensors(value: Any) -> Iterator[tuple[str, Any]]:
    """(path, tensor) of every tensor in nested tuples, lists and dicts, at most 10,000; a path is ``[0]`` or ``.logits``."""
    torch = sys.modules.get("torch")
    if torch is None:
        return
    tensor = torch.Tensor
    todo: list[tuple[str, Any, int]] = [("", value, 0)]
    count = 0
    while todo and count < _MAX_LEAVES:
        path, item, depth = todo.pop()
        cls = type(item)
        if issubclass(cls, tensor):
            count += 1
            yield path, item
        elif depth < _MAX_DEPTH:
            todo.extend(reversed([(path + step, child, depth + 1) for step, child in _children(item, cls)]))


def _children(item: Any, cls: type) -> Iterator[tuple[str, Any]]:
    if issubclass(cls, (tuple, list)):
        base: Any = tuple if issubclass(cls, tuple) else list
        for index in range(min(base.__len__(item), _MAX_LEAVES)):
            yield f"[{index}]", base.__getitem__(item, index)
    elif issubclass(cls, dict):
        dotted = cls is not dict and any(base.__name__ == "ModelOutput" for base in cls.__mro__)
        for index, (key, child) in enumerate(dict.items(item)):
            if index >= _MAX_LEAVES:
                break
            yield f".{key}" if dotted and type(key) is str else f"[{short(key)}]", child
    elif cls is slice:
        yield from (("", item.start), ("", item.stop), ("", item.step))


def short(value: Any, depth: int = 0) -> str:
    """One line of at most 80 characters."""
    text = _short(value, depth)
    return text if len(text) <= LIMIT else text[: LIMIT - 1] + "…"


def in_words(value: Any) -> str | None:
    """What a run is given: a prompt in quotes, how many more there are, or the shape of a tensor; None for anything else."""
    if type(value) is str:
        text = " ".join(value.split())
        return f"“{text if len(text) <= _PROMPT else text[: _PROMPT - 1] + '…'}”"
    if type(value) in (list, tuple) and value and all(type(each) is str for each in value):
        return (in_words(value[0]) or "") + (f" +{len(value) - 1}" if len(value) > 1 else "")
    if type(value) is dict and value:
        return in_words(next(iter(value.values())))
    found = describe(value) if is_tensor(value) else None
    return None if found is None or found.shape is None else f"[{', '.join(map(str, found.shape))}]"


def _short(value: Any, depth: int) -> str:
    cls = type(value)
    if value is None or cls is bool or cls is float or cls is complex or value is Ellipsis:
        return "..." if value is Ellipsis else repr(value)
    if cls is int:
        return repr(value) if value.bit_length() < 128 else f"int of {value.bit_length()} bits"
    if cls is str or cls is bytes:
        return repr(value if len(value) <= LIMIT else value[:LIMIT])
    if cls is slice:
        return _slice(value, depth)
    if is_tensor(value):
        found = _tensor(value, False)
        return f"{cls.__name__}({'×'.join(map(str, found.shape)) if found.shape is not None else '?'})"
    if depth < 3 and cls in (tuple, list, set, frozenset):
        return _listed(value, cls, depth)
    if depth < 3 and cls is dict:
        shown = [f"{short(k, depth + 1)}: {short(v, depth + 1)}" for k, v in _first(value.items())]
        return "{" + ", ".join(shown) + (", …" if len(value) > _MAX_ITEMS else "") + "}"
    if cls in (types.FunctionType, types.BuiltinFunctionType, types.MethodType) or cls is type:
        return _name(value)
    if cls.__module__ == "torch" and cls.__name__ in ("dtype", "device", "layout", "memory_format"):
        return str(value)
    if cls is range:
        return repr(value)
    return f"<{_name(cls)}>"


def _listed(value: Any, cls: type, depth: int) -> str:
    shown = ", ".join(short(item, depth + 1) for item in _first(value)) + (", …" if len(value) > _MAX_ITEMS else "")
    if cls is tuple:
        return f"({shown},)" if len(value) == 1 else f"({shown})"
    if cls is list:
        return f"[{shown}]"
    return "{" + shown + "}" if value else "set()"


def _first(items: Any) -> list[Any]:
    return [item for _, item in zip(range(_MAX_ITEMS), items)]


def _slice(value: slice, depth: int) -> str:
    start, stop, step = ("" if part is None else short(part, depth + 1) for part in (value.start, value.stop, value.step))
    return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"


def _name(value: Any) -> str:
    """A type's or function's own name, read past whatever its metaclass or ``__getattr__`` may do."""
    if isinstance(value, type):
        return type.__dict__["__name__"].__get__(value)  # type: ignore[no-any-return]
    name = getattr(value, "__name__", None)
    return name if type(name) is str else f"<{type(value).__name__}>"


#: dtypes and devices, and how they are called: a look-up takes a third of asking them.
_CALLED: dict[Any, str] = {}


def _called(what: Any) -> str:
    return _CALLED.get(what) or _CALLED.setdefault(what, str(what).removeprefix("torch."))


def _tensor(tensor: Any, values: bool) -> Description:
    torch = sys.modules["torch"]
    with torch._C.DisableTorchFunction():  # metadata only, and no subclass gets to answer for it
        shape = dtype = device = requires_grad = None
        try:
            shape = tuple(size if type(size) is int else -1 for size in tensor.shape)
        except Exception:  # a nested tensor has no shape
            pass
        try:
            dtype = _called(tensor.dtype)
            device = _called(tensor.device)
            requires_grad = tensor.requires_grad
        except Exception:  # a subclass may refuse any of these
            pass
        return Description(shape, dtype, device, requires_grad, None, _statistics(tensor) if values else None)


def _statistics(tensor: Any) -> Mapping[str, float] | None:
    import torch

    try:
        with torch.no_grad():
            data = tensor.detach()
            if data.is_meta or not data.numel() or type(tensor).__name__ == "FakeTensor":
                return None
            if data.is_complex():
                data = data.abs()
            data = data.double()
            numbers = {"min": data.min(), "max": data.max(), "mean": data.mean(), "norm": data.norm()}
            numbers |= {"zeros": (data == 0).double().mean(), "nan": data.isnan().double().mean()}
            return {name: float(number) for name, number in numbers.items()}
    except Exception:  # sparse, quantised or otherwise without these operations: no statistics, and no harm
        return None
