"""A first declaration of a Python layer or function, from its signature."""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Callable, Sequence
from inspect import Parameter, Signature, isclass, isfunction, signature
from keyword import iskeyword
from typing import Any

from nnspec.library.catalog import library

PLAIN = {int: "int", float: "float", bool: "bool", str: "str"}
# Annotations that Python cannot evaluate here are known by their names alone.
SPELLED = {
    **{kind.__name__: name for kind, name in PLAIN.items()},
    **dict.fromkeys(("Tensor", "torch.Tensor"), "tensor"),
    **dict.fromkeys(("Module", "nn.Module", "torch.nn.Module"), "Module"),
}
WIDTH = 100
TODO = "# say the shapes: [B, T, dim] in place of tensor, and `where` for what they must meet"


def stub(found: object, place: str, name: str) -> str:
    """The `extern` declaration of a class with a `forward`, or of a function.

    What the annotations say is taken over; what they leave open is `tensor` in calls and `any` elsewhere, to be made
    precise by hand. The text parses as it stands.

    place: the dotted name of the module that has it; name: its name there.
    Raises TypeError where it is neither a class with a `forward` nor a function, ValueError where Python can tell no
    signature.
    """
    if not isclass(found):
        if not (isfunction(found) or callable(found)) or isinstance(found, types.ModuleType):
            raise TypeError(f"{name} is neither a class nor a function")
        made = _signature(found)
        lines = _comments(made, "")
        head = _written(f"extern def {name}", _parameters(made, "tensor"), "")
        return "\n".join([*lines, TODO, f"{head} -> {_result(made)} from {place}", ""])
    forward = getattr(found, "forward", None) or found.__dict__.get("__call__")
    if forward is None:
        raise TypeError(f"{name} has no forward")
    init, call = _bound(_signature(found.__init__)), _bound(_signature(forward))
    return "\n".join(
        [
            *_comments(init, ""),
            _written(f"extern module {name}", _parameters(init, "any"), "") + f" from {place}:",
            "    # declare the parameters, for counts and paths: param weight: [dim, 4 * dim]",
            f"    {TODO}",
            *_comments(call, "    "),
            _written("    def forward", _parameters(call, "tensor"), "    ")
            + f" -> {_result(call)}",
            "",
        ]
    )


def _signature(found: Callable[..., object]) -> Signature:
    try:
        return signature(found, eval_str=True)
    except NameError:
        # An annotation names what is imported for type checkers alone.
        return signature(found)
    except TypeError as error:
        raise ValueError(str(error)) from error


def _bound(made: Signature) -> Signature:
    """The signature without `self`."""
    return made.replace(parameters=list(made.parameters.values())[1:])


def _comments(made: Signature, indent: str) -> list[str]:
    """What the declaration has to leave out."""
    lines = [
        f"{indent}# left out: **{param.name}, which the language has not"
        for param in made.parameters.values()
        if param.kind is Parameter.VAR_KEYWORD
    ]
    lines += [
        f"{indent}# the default of {param.name} in Python: {' '.join(repr(param.default).split())}"
        for param in made.parameters.values()
        if param.default is not Parameter.empty and _value(param.default) is None
    ]
    return lines


def _written(head: str, arguments: list[str], indent: str) -> str:
    """`head(arguments)`, an argument a line where one line would be too long."""
    line = f"{head}({', '.join(arguments)})"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{head}(", *(f"{indent}    {each}," for each in arguments), f"{indent})"])


def _parameters(made: Signature, otherwise: str) -> list[str]:
    parts: list[str] = []
    starred = False
    for param in made.parameters.values():
        if param.kind is Parameter.VAR_KEYWORD:
            continue
        if param.kind is Parameter.KEYWORD_ONLY and not starred:
            parts.append("*")
            starred = True
        if param.kind is Parameter.VAR_POSITIONAL:
            parts.append(f"*{param.name}: {_type(param.annotation, otherwise)}")
            starred = True
            continue
        parts.append(_parameter(param, otherwise))
    return parts


def _parameter(param: Parameter, otherwise: str) -> str:
    if param.default is Parameter.empty:
        return f"{param.name}: {_type(param.annotation, otherwise)}"
    written = _value(param.default)
    if param.annotation is Parameter.empty:
        kind = _type_of(param.default) or otherwise
    else:
        kind = _type(param.annotation, otherwise)
    if written is None or param.default is None:
        return f"{param.name}: {_optional(kind)} = None"
    return f"{param.name}: {kind} = {written}"


def _optional(kind: str) -> str:
    if kind.endswith("?"):
        return kind
    return f"({kind})?" if " | " in kind else f"{kind}?"


def _result(made: Signature) -> str:
    return _type(made.return_annotation, "tensor")


def _type(annotation: Any, otherwise: str) -> str:
    """The language's type for an annotation; `otherwise` where it has none."""
    if isinstance(annotation, str):
        return SPELLED.get(annotation, otherwise)
    if annotation in PLAIN:
        return PLAIN[annotation]
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _type(arguments[0], otherwise)
    if origin in (typing.Union, types.UnionType):
        return _union(arguments, otherwise)
    if origin is typing.Literal:
        return " | ".join(_value(each) or otherwise for each in arguments)
    if origin is tuple and arguments:
        return _tuple(arguments, otherwise)
    if isclass(origin) and issubclass(origin, Sequence) and arguments:
        return f"list[{_type(arguments[0], otherwise)}]"
    if origin is type or origin is not None and origin.__name__ == "Callable":
        return "layer"
    if isclass(annotation):
        return _named(annotation, otherwise)
    return otherwise


def _named(annotation: type, otherwise: str) -> str:
    names = {f"{each.__module__}.{each.__qualname__}" for each in annotation.__mro__}
    if "torch.Tensor" in names:
        return "tensor"
    if "torch.nn.modules.module.Module" in names:
        return "Module"
    if "torch.dtype" in names:
        return "dtype"
    return "layer" if annotation is type else otherwise


def _union(arguments: tuple[Any, ...], otherwise: str) -> str:
    kinds = list(
        dict.fromkeys(_type(each, otherwise) for each in arguments if each is not type(None))
    )
    # An int serves where a float is asked.
    if "float" in kinds and "int" in kinds:
        kinds.remove("int")
    kind = otherwise if otherwise in kinds else " | ".join(kinds)
    return _optional(kind) if type(None) in arguments else kind


def _tuple(arguments: tuple[Any, ...], otherwise: str) -> str:
    inner = ["..." if each is Ellipsis else _type(each, otherwise) for each in arguments]
    return f"({inner[0]},)" if len(inner) == 1 else f"({', '.join(inner)})"


def _type_of(value: object) -> str | None:
    """The type that a default shows."""
    if isclass(value):
        return "layer"
    return next((name for kind, name in reversed(PLAIN.items()) if isinstance(value, kind)), None)


def _value(value: object) -> str | None:
    """A default as the language writes it; None where it has no words for it."""
    if isinstance(value, float) and not math.isfinite(value):
        return "inf" if value > 0 else "-inf" if value < 0 else 'float("nan")'
    if value is None or isinstance(value, (bool, int, float)):
        return repr(value)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(value, (tuple, list)):
        inner = [_value(each) for each in value]
        if None in inner:
            return None
        text = ", ".join(each for each in inner if each is not None)
        if isinstance(value, list):
            return f"[{text}]"
        return f"({text},)" if len(inner) == 1 else f"({text})"
    if (
        isclass(value)
        and value.__module__.startswith("torch.nn.")
        and not iskeyword(value.__name__)
    ):
        return value.__name__ if library().has_layer(value.__name__) else None
    return None
