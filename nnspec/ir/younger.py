"""What an emitted file needs of torch that an older torch has not got."""

from __future__ import annotations

import ast as py
from collections.abc import Iterator

from nnspec.diagnostics.diagnostic import Diagnostic, Label
from nnspec.ir import tree
from nnspec.ir.names import IMPORTS
from nnspec.ir.nodes import File
from nnspec.library.catalog import library
from nnspec.library.since import SINCE, Version
from nnspec.source import Source, Span
from nnspec.syntax import ast


class Need:
    """A thing that torch has since a version.

    what: as messages name it; node: where it is used, with its place in the spec.
    """

    __slots__ = ("node", "since", "what")

    def __init__(self, what: str, since: Version, node: py.expr) -> None:
        self.what, self.since, self.node = what, since, node


def missing(file: File, installed: str, source: Source) -> list[Diagnostic]:
    """A warning for each place where a file needs more than the torch that is installed.

    installed: its version, `2.4.1+cpu`; source: the spec.
    """
    return [
        Diagnostic(
            "W0219",
            "warning",
            f"{need.what} needs torch {_text(need.since)} or newer, and {installed} is installed",
            (Label(_span(need.node, source), "", True),),
            help=f"install torch {_text(need.since)}, or leave it out",
        )
        for need in needs(file)
        if version(installed) < need.since
    ]


def needs(file: File) -> Iterator[Need]:
    """Everything in a file that not every torch has, in the order of the file."""
    for node in py.walk(tree.module(file)):
        if isinstance(node, py.Attribute):
            since = SINCE.get(_place(node), {}).get("")
            if since is not None:
                yield Need(f"`{node.attr}`", since, node)
        if isinstance(node, py.Call) and isinstance(node.func, py.Attribute):
            place = _place(node.func)
            for name, since in SINCE.get(place, {}).items():
                if name and _is_given(name, node, place):
                    yield Need(f"`{name}` of `{node.func.attr}`", since, node)


def version(installed: str) -> Version:
    """The first two numbers of a version."""
    major, minor, *_ = installed.split("+")[0].split(".")
    return int(major), int(minor)


def _place(node: py.Attribute) -> str:
    """`torch.nn.functional.gelu`; of what is no name of torch, that of a tensor's method."""
    parts = [node.attr]
    value = node.value
    while isinstance(value, py.Attribute):
        parts.append(value.attr)
        value = value.value
    root = getattr(value, "imported", None)
    if root is None:
        return f"Tensor.{node.attr}"
    module, name, _ = IMPORTS[root]
    return ".".join((module, *([name] if name else []), *reversed(parts)))


def _is_given(argument: str, call: py.Call, place: str) -> bool:
    if any(keyword.arg == argument for keyword in call.keywords):
        return True
    for declared in _declarations(place):
        names = [param.name for param in declared.signature.params if param.kind == "plain"]
        if argument in names:
            before = names.index(argument) - place.startswith("Tensor.")
            return len(call.args) > before
    return False


def _declarations(place: str) -> tuple[ast.ExternModule | ast.ExternDef, ...]:
    namespace, _, name = place.rpartition(".")
    if namespace == "Tensor":
        return library().methods(name)
    layer = library().layer(name) if namespace == "torch.nn" else None
    return library().in_namespace(namespace, name) if layer is None else (layer,)


def _span(node: py.expr, source: Source) -> Span:
    start = _offset(node.lineno, node.col_offset, source)
    return Span(source, start, _offset(node.end_lineno or 0, node.end_col_offset or 0, source))


def _offset(line: int, column: int, source: Source) -> int:
    """The place of a line and a column in bytes."""
    before = source.line(line).encode("utf-8")[:column]
    return source.line_starts[line - 1] + len(before.decode("utf-8", "ignore"))


def _text(since: Version) -> str:
    return f"{since[0]}.{since[1]}"
