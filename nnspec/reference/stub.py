"""A first declaration of a Python layer or function, from its signature."""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import Parameter, Signature, isclass, isfunction, signature
from typing import Any

from nnspec.library.catalog import library
from nnspec.reference.annotations import kind_of, kind_of_annotation, named_fields
from nnspec.reference.defaults import literal

WIDTH = 100
TODO = "# say the shapes: [B, T, dim] in place of tensor, and `where` for what they must meet"
PARAMETERS = "# declare the parameters, for counts and paths: param weight: [dim, 4 * dim]"


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument as the declaration has it.

    text: empty where the language has no words for the whole of it; remark: what is left out.
    """

    text: str
    remark: str = ""


def stub(found: object, place: str, name: str) -> str:
    """The `extern` declaration of a class with a `forward`, or of a function.

    What the signature says is taken over. What it leaves open is `tensor` in calls and `any` elsewhere, to be made precise
    by hand; what the language has no words for is a comment at its place. The text checks as it stands.

    place: the dotted name of the module that has it; name: its name there.
    Raises TypeError where it is neither a class with a `forward` nor a function, ValueError where Python can tell no
    signature, or a name has letters that the language's names have not.
    """
    _spelled(name)
    known = _known(place, name)
    if not isclass(found):
        if not (isfunction(found) or callable(found)) or isinstance(found, types.ModuleType):
            raise TypeError(f"{name} is neither a class nor a function")
        made = signature_of(found)
        arguments = _arguments(made, "tensor", found, open_ended=True)
        head = _written(f"extern def {name}", arguments, "")
        return "\n".join([*known, TODO, f"{head} -> {_result(made, found)} from {place}", ""])
    forward = _forward(found, name)
    return "\n".join(
        [
            *known,
            _written(f"extern module {name}", _arguments(*constructor(found)), "")
            + f" from {place}:",
            f"    {PARAMETERS}",
            f"    {TODO}",
            _method("forward", forward),
            *(_method(each, method) for each, method in _further_methods(found)),
            "",
        ]
    )


def _forward(found: type, name: str) -> Any:
    classes = {f"{each.__module__}.{each.__qualname__}" for each in found.__mro__}
    if "torch.autograd.function.Function" in classes:
        raise TypeError(
            f"{name} is an autograd.Function: declare a function that calls {name}.apply"
        )
    forward = getattr(found, "forward", None) or found.__dict__.get("__call__")
    if forward is None or forward.__name__ == "_forward_unimplemented":
        raise TypeError(f"{name} has no forward")
    return forward


def _method(name: str, method: Any) -> str:
    made = bound(signature_of(method))
    head = _written(f"    def {_spelled(name)}", _arguments(made, "tensor", method), "    ")
    return f"{head} -> {_result(made, method)}"


def _further_methods(found: type) -> Iterator[tuple[str, Any]]:
    """The methods of a class and its bases, but torch's, that say of their results that these are tensors."""
    for owner in found.__mro__:
        if owner is object or owner.__module__.partition(".")[0] == "torch":
            continue
        for name, method in vars(owner).items():
            if name == "forward" or name.startswith("_") or not isfunction(method):
                continue
            made = signature_of(method)
            if getattr(found, name) is method and "tensor" in _result(made, method, otherwise=""):
                yield name, method


def _known(place: str, name: str) -> list[str]:
    """A word on what the library declares itself."""
    catalog = library()
    if place.partition(".")[0] != "torch" or not (
        catalog.has_layer(name) or catalog.has_function(name)
    ):
        return []
    return [f"# the library declares {name}, so a spec need not: `nnspec docs {name}`"]


def constructor(found: type) -> tuple[Signature, str, object]:
    """What makes an instance; nothing is needed where neither the class nor its bases, but torch's, say how."""
    owner = next((each for each in found.__mro__ if "__init__" in each.__dict__), object)
    if (
        owner is object
        or f"{owner.__module__}.{owner.__qualname__}" == "torch.nn.modules.module.Module"
    ):
        return Signature(), "any", found
    init = owner.__dict__["__init__"]
    return bound(signature_of(init)), "any", init


def signature_of(found: Callable[..., object]) -> Signature:
    try:
        return signature(found, eval_str=True)
    except TypeError as error:
        raise ValueError(str(error)) from error
    except Exception:
        # An annotation names what is imported for type checkers alone: each is looked at by itself.
        return signature(found)


def bound(made: Signature) -> Signature:
    """The signature without `self`."""
    return made.replace(parameters=list(made.parameters.values())[1:])


def _spelled(name: str) -> str:
    if not name.isascii():
        raise ValueError(f"{name} is no name of the language, whose letters are a-z and A-Z")
    return name


def _written(head: str, arguments: list[Argument], indent: str) -> str:
    """`head(arguments)`, an argument a line where there is something to say of one, or one line would be too long."""
    line = f"{head}({', '.join(each.text for each in arguments)})"
    if len(line) <= WIDTH and not any(each.remark for each in arguments):
        return line
    lines = [f"{indent}    {_line(each)}" for each in arguments]
    return "\n".join([f"{head}(", *lines, f"{indent})"])


def _line(argument: Argument) -> str:
    if not argument.text:
        return f"# {argument.remark}"
    return f"{argument.text},  # {argument.remark}" if argument.remark else f"{argument.text},"


def _arguments(
    made: Signature, otherwise: str, found: object, open_ended: bool = False
) -> list[Argument]:
    """The arguments. otherwise: the type of what has none; open_ended: whether any further names can be declared."""
    written: list[Argument] = []
    starred = False
    for param in made.parameters.values():
        name = _spelled(param.name)
        annotated = kind_of_annotation(param.annotation, found)
        kind = annotated or otherwise
        if param.kind is Parameter.VAR_KEYWORD:
            if open_ended:
                written.append(Argument(f"**{name}: {annotated or 'any'}"))
            else:
                written.append(Argument("", f"**{name}: declare those that you use, one by one"))
            continue
        if param.kind is Parameter.KEYWORD_ONLY and not starred:
            written.append(Argument("*"))
            starred = True
        if param.kind is Parameter.VAR_POSITIONAL:
            written.append(Argument(f"*{name}: {kind}"))
            starred = True
            continue
        written.append(_argument(param, annotated, otherwise))
    return written


def _argument(param: Parameter, annotated: str | None, otherwise: str) -> Argument:
    said = _in_words(param.annotation) if annotated is None else ""
    otherwise = "any" if said else otherwise
    if param.default is Parameter.empty:
        return Argument(f"{param.name}: {annotated or otherwise}", said)
    kind = annotated or kind_of(param.default)
    if param.default is None:
        guess = param.name if param.name in ("dtype", "device") else otherwise
        return Argument(f"{param.name}: {_optional(kind or guess)} = None", said)
    written = literal(param.default, kind)
    if written is None:
        default = re.sub(" at 0x[0-9a-f]+", "", " ".join(repr(param.default).split()))
        remark = f"{default if len(default) < WIDTH else default[:WIDTH] + '...'} in Python"
        return Argument(f"{param.name}: {_optional(kind or 'any')} = None", remark)
    return Argument(f"{param.name}: {kind or otherwise} = {written}", said)


def _in_words(annotation: Any) -> str:
    """An annotation that the language has no words for, for a remark."""
    if annotation is Parameter.empty or annotation is Any:
        return ""
    plain = isclass(annotation) and not getattr(annotation, "__args__", None)
    text = (
        annotation
        if isinstance(annotation, str)
        else annotation.__name__ if plain else str(annotation)
    )
    return f"{' '.join(text.split())} in Python"


def _optional(kind: str) -> str:
    if kind.endswith("?"):
        return kind
    return f"({kind})?" if " | " in kind else f"{kind}?"


def _result(made: Signature, found: object, otherwise: str = "tensor") -> str:
    """The type of what is returned; otherwise: what it is where nothing is said of it."""
    annotation = made.return_annotation
    kind = named_fields(annotation, found) or kind_of_annotation(annotation, found)
    if kind is None and _in_words(annotation):
        return "any"
    return kind or otherwise
