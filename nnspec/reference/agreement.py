"""Whether a declaration says what Python's own signature says."""

from __future__ import annotations

import ast as python
from collections.abc import Iterator
from inspect import Parameter, Signature, isclass
from typing import Any

from nnspec.reference.defaults import literal
from nnspec.reference.stub import bound, constructor, signature_of
from nnspec.source import Span
from nnspec.syntax import ast

Found = tuple[Span, str]
Declared = ast.ExternModule | ast.ExternDef


def disagreements(declared: Declared, found: Any) -> Iterator[Found]:
    """What a declaration says otherwise than the class or function that it is of, each with its place.

    A declaration may leave out what has a default. Of types and shapes a signature tells nothing.
    """
    name = declared.name
    if isinstance(declared, ast.ExternDef):
        if isclass(found) or not callable(found):
            yield declared.name_span, f"`{name}` is no function in Python"
            return
        yield from _arguments(declared.signature, declared.name_span, _signature(found), name)
        return
    if not isclass(found):
        yield declared.name_span, f"`{name}` is no class in Python"
        return
    yield from _arguments(declared.signature, declared.name_span, constructor(found)[0], name)
    for method in declared.body:
        if isinstance(method, ast.Def):
            there = getattr(found, method.name, None)
            if there is None and method.name == "forward":
                there = found.__dict__.get("__call__")
            if there is None:
                yield method.name_span, f"`{name}` has no method `{method.name}` in Python"
                continue
            made = _signature(there)
            called = f"{name}.{method.name}"
            yield from _arguments(method.signature, method.name_span, made and bound(made), called)


def _signature(found: Any) -> Signature | None:
    try:
        return signature_of(found)
    except ValueError:
        return None  # Python does not tell it.


def _arguments(
    declared: ast.Signature, place: Span, made: Signature | None, name: str
) -> Iterator[Found]:
    if made is None:
        return
    there_are = made.parameters
    kinds = {each.kind for each in there_are.values()}
    by_place = [
        each.name
        for each in there_are.values()
        if each.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    ]
    plain = [param.name for param in declared.params if param.kind == "plain"]
    for param in declared.params:
        there = there_are.get(param.name)
        if param.kind == "star":
            if Parameter.VAR_POSITIONAL not in kinds:
                yield param.span, f"`{name}` takes no further arguments by place in Python"
        elif param.kind == "double":
            if Parameter.VAR_KEYWORD not in kinds:
                yield param.span, f"`{name}` takes no further arguments by name in Python"
        elif there is None or there.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
            if Parameter.VAR_KEYWORD not in kinds:
                yield param.span, f"`{name}` has no argument `{param.name}` in Python"
        else:
            yield from _argument(param, there, name)
            if param.kind == "plain" and param.name in by_place:
                here, other = plain.index(param.name) + 1, by_place.index(param.name) + 1
                if here != other:
                    yield param.span, f"`{param.name}` is argument {other} of `{name}` in Python, and {here} here"
    needed = [each.name for each in there_are.values() if _is_needed(each)]
    told = {param.name for param in declared.params}
    for missing in needed:
        if missing not in told and not any(param.kind == "star" for param in declared.params):
            yield place, f"`{name}` needs `{missing}` in Python, which is not declared"


def _is_needed(param: Parameter) -> bool:
    starred = param.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    return param.default is Parameter.empty and not starred


def _argument(param: ast.Param, there: Parameter, name: str) -> Iterator[Found]:
    if param.kind == "plain" and there.kind is Parameter.KEYWORD_ONLY:
        yield param.span, f"`{param.name}` of `{name}` is given by name alone in Python"
    if param.default is None:
        return
    if there.default is Parameter.empty:
        yield param.default.span, f"`{param.name}` of `{name}` has no default in Python"
        return
    said = literal(there.default)
    # What the language has no words for stands as None in a declaration.
    if said is not None and _value(said) != _value(param.default.span.text):
        yield param.default.span, f"the default of `{param.name}` of `{name}` is {said} in Python"


def _value(text: str) -> Any:
    """A literal as a value, where a list is as good as a tuple; other texts as they are."""
    try:
        value = python.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return tuple(value) if isinstance(value, list) else value
