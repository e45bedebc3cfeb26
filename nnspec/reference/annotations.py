"""Python's annotations as types of the language."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable, Mapping
from inspect import Parameter, isclass, unwrap
from typing import Any

from nnspec.reference.defaults import literal

PLAIN = {int: "int", float: "float", bool: "bool", str: "str"}
# Annotations that Python cannot evaluate here are known by their names alone.
SPELLED = {
    **{kind.__name__: name for kind, name in PLAIN.items()},
    **dict.fromkeys(("Tensor", "torch.Tensor"), "tensor"),
    **dict.fromkeys(("Module", "nn.Module", "torch.nn.Module"), "Module"),
    **dict.fromkeys(("device", "torch.device"), "device"),
    **dict.fromkeys(
        (f"torch.{dtype}Tensor" for dtype in ("Float", "Long", "Bool", "Int")), "tensor"
    ),
}


def kind_of_annotation(annotation: Any, found: object) -> str | None:
    """The type that an annotation means; None where the language has none for it, or there is no annotation.

    found: the function that has it, whose names an annotation that is a text may use.
    """
    if annotation is Parameter.empty or annotation is Any:
        return None
    if isinstance(annotation, str):
        return _text(annotation, found)
    if isinstance(annotation, typing.ForwardRef):
        return _text(annotation.__forward_arg__, found)
    if isinstance(annotation, typing.Hashable) and annotation in PLAIN:
        return PLAIN[annotation]
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return kind_of_annotation(arguments[0], found)
    if origin in (typing.Union, types.UnionType):
        return _union(arguments, found)
    if origin is typing.Literal:
        kinds = [literal(each) for each in arguments]
        return None if None in kinds else " | ".join(each for each in kinds if each is not None)
    if origin is type or origin is Callable or annotation in (type, Callable):
        return "layer"
    if isclass(origin) and arguments:
        return _generic(origin, arguments, found)
    return _named(annotation) if isclass(annotation) else None


def named_fields(annotation: Any, found: object) -> str | None:
    """The type of a class of named tuples; None where the annotation is none."""
    if not (
        isclass(annotation) and issubclass(annotation, tuple) and hasattr(annotation, "_fields")
    ):
        return None
    try:
        hints = typing.get_type_hints(annotation)
    except Exception:
        hints = annotation.__annotations__
    kinds = [
        f"{each}: {kind_of_annotation(hints.get(each), found) or 'tensor'}"
        for each in annotation._fields
    ]
    return f"({', '.join(kinds)}{',' if len(kinds) == 1 else ''})" if kinds else None


def kind_of(value: object) -> str | None:
    """The type that a value shows; None where it could be of several."""
    if isclass(value):
        return "layer"
    for kind, name in reversed(PLAIN.items()):
        if isinstance(value, kind):
            return name
    if isinstance(value, tuple) and value:
        kinds = [kind_of(each) for each in value]
        if None not in kinds:
            inner = ", ".join(each for each in kinds if each is not None)
            return f"({inner},)" if len(kinds) == 1 else f"({inner})"
    if isinstance(value, list) and value:
        found = {kind_of(each) for each in value}
        (one,) = found if len(found) == 1 else (None,)
        return None if one is None else f"list[{one}]"
    if isinstance(value, dict) and value and all(isinstance(key, str) for key in value):
        found = {kind_of(each) for each in value.values()}
        (one,) = found if len(found) == 1 else (None,)
        return None if one is None else f"dict[str, {one}]"
    if type(value).__module__ == "torch" and type(value).__name__ == "dtype":
        return "dtype"
    return "layer" if literal(value) is not None and callable(value) else None


def _text(annotation: str, found: object) -> str | None:
    function = unwrap(found) if callable(found) else found
    names = getattr(function, "__globals__", {})
    try:
        meant = eval(annotation, names)
    except Exception:
        # `Optional[Thing]` where nobody has imported Thing, but for type checkers.
        return SPELLED.get(annotation)
    return None if isinstance(meant, str) else kind_of_annotation(meant, found)


def _named(annotation: type) -> str | None:
    if type(annotation).__qualname__ == "tensortype":  # torch.LongTensor
        return "tensor"
    names = {f"{each.__module__}.{each.__qualname__}" for each in annotation.__mro__}
    if "torch.Tensor" in names:
        return "tensor"
    if "torch.nn.modules.module.Module" in names:
        return "Module"
    return next((kind for kind in ("dtype", "device") if f"torch.{kind}" in names), None)


def _union(arguments: tuple[Any, ...], found: object) -> str | None:
    kinds = [kind_of_annotation(each, found) for each in arguments if each is not type(None)]
    if None in kinds or not kinds:
        return None
    # None is said once, for the whole.
    told = list(dict.fromkeys(each.removesuffix("?") for each in kinds if each is not None))
    # An int serves where a float is asked, and a text or a number where a device is.
    for wider, narrower in (("float", "int"), ("device", "int"), ("device", "str")):
        if wider in told and narrower in told:
            told.remove(narrower)
    kind = " | ".join(told)
    if type(None) not in arguments:
        return kind
    return f"({kind})?" if len(told) > 1 or " | " in kind else f"{kind}?"


def _generic(origin: type, arguments: tuple[Any, ...], found: object) -> str | None:
    """`tuple[int, int]`, `dict[str, int]`, `Sequence[int]`."""
    kinds = ["..." if each is Ellipsis else kind_of_annotation(each, found) for each in arguments]
    told = [each for each in kinds if each is not None]
    if len(told) < len(kinds):
        return None
    if origin is tuple:
        return f"({told[0]},)" if len(told) == 1 else f"({', '.join(told)})"
    if issubclass(origin, Mapping):
        return f"dict[str, {told[1]}]" if told[0] == "str" else None
    return f"list[{told[0]}]" if issubclass(origin, Iterable) and len(told) == 1 else None
