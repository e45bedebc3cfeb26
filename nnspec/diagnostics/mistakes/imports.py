"""Mistakes of imports: E023x, files that bring in other files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from nnspec.diagnostics.spelling import did_you_mean, respell
from nnspec.diagnostics.suggest import nearest
from nnspec.source import Span


def missing_file(module: str, span: Span, looked_for: str, there: Iterable[str]) -> Diagnostic:
    """An import of a file that is not there.

    module: as written, without the dots; looked_for: the path that it means; there: the specs of that folder.
    """
    near = nearest(module.rpartition(".")[2], there)
    meant = [".".join([*module.split(".")[:-1], name]) for name in near]
    dots = len(span.text) - len(span.text.lstrip("."))
    return Diagnostic(
        "E0230",
        "error",
        f"there is no {looked_for}",
        (Label(span, "imported here", True),),
        help=did_you_mean(meant),
        fix=(
            Fix(f"import from `{meant[0]}`", (Edit(span, "." * dots + meant[0]),))
            if len(meant) == 1
            else None
        ),
    )


def cycle(span: Span, files: Sequence[str]) -> Diagnostic:
    """Files that import one another. files: in the order of the imports, the first one last again."""
    return Diagnostic(
        "E0231",
        "error",
        "these files import one another",
        (Label(span, "this import closes the circle", True),),
        (" imports ".join(files),),
        "put what they share into a file of its own",
    )


def into_cycle(span: Span, closing: Label, notes: tuple[str, ...]) -> Diagnostic:
    """An import of a file that is part of a circle of imports. notes: those that name the circle."""
    return Diagnostic(
        "E0231",
        "error",
        "this import leads into files that import one another",
        (Label(span, "", True), closing),
        notes,
        "put what they share into a file of its own",
    )


def not_in_file(
    name: str, span: Span, path: str, names: Iterable[str], uses: Iterable[Span]
) -> Diagnostic:
    """An imported name that the file does not have.

    path: how the file is named in messages; names: what it has; uses: where the name stands elsewhere.
    """
    near = nearest(name, names)
    # The span holds `name as alias` too: only the name is mended.
    place = Span(span.source, span.start, span.start + len(name))
    return Diagnostic(
        "E0232",
        "error",
        f"{path} declares no `{name}`",
        (Label(span, "", True),),
        help=did_you_mean(near),
        fix=respell(place, near, uses),
    )


def broken(span: Span, path: str, first: Label) -> Diagnostic:
    """An import of a file that has errors. first: the first of them."""
    return Diagnostic(
        "E0233",
        "error",
        f"{path} has errors, so nothing can be imported from it",
        (Label(span, "", True), first),
        help=f"mend that file first: `nnspec check {path}` tells more",
    )


def above_root(span: Span, root: str) -> Diagnostic:
    """An import that climbs out of the project's folder."""
    return Diagnostic(
        "E0235",
        "error",
        "this import leaves the project's folder",
        (Label(span, "", True),),
        (f"the project's folder is {root}",),
        "check or load from a folder further up, or move the imported file",
    )


def above_package(span: Span, package: str) -> Diagnostic:
    """An import by which a spec that a package ships leaves that package."""
    return Diagnostic(
        "E0235",
        "error",
        f"this import leaves the package `{package}`",
        (Label(span, "", True),),
        help="name the other package: `from package.file import Name`",
    )


def without_dot(span: Span, module: str) -> Diagnostic:
    """`from blocks import Block`, where blocks.nnspec lies beside the file and no package is called so."""
    return Diagnostic(
        "E0238",
        "error",
        f"no package ships `{module}`",
        (Label(span, "", True),),
        help=f"there is such a file beside this one: write `from .{module} import ...`",
        fix=Fix("make it relative", (Edit(span, f".{module}"),)),
    )


def missing_package(span: Span, package: str) -> Diagnostic:
    """An import from a package that is not installed."""
    return Diagnostic(
        "E0238",
        "error",
        f"no package `{package}` is installed",
        (Label(span, "", True),),
        ("nnspec looks where the Python that runs it finds packages",),
        f"install `{package}` there; if the file is one of this project, its path begins with a dot",
    )


def not_shipped(span: Span, module: str, name: str, shipped: Sequence[str]) -> Diagnostic:
    """An import of a spec that an installed package does not ship.

    name: what is imported from it; shipped: the specs that the package ships, as they stand behind `from`.
    """
    package = module.partition(".")[0]
    whole = module == package
    near = [] if whole else nearest(module, shipped)
    help = did_you_mean(near) or f"it ships {_listed(shipped)}"
    if not shipped:
        said = f"`{package}` ships no specs"
        help = f"declare what you use of it: `nnspec stub {module}:{name}` writes a first `extern`"
    elif whole:
        said = f"`{package}` is a package: names are imported from a spec in it"
    else:
        said = f"`{package}` ships no `{module}`"
    return Diagnostic(
        "E0238", "error", said, (Label(span, "", True),), help=help, fix=respell(span, near)
    )


def _listed(names: Sequence[str]) -> str:
    """The first names, and how many more there are: `a`, `b` and 7 more."""
    shown = [f"`{each}`" for each in names[:5]]
    if len(names) > 5:
        shown.append(f"{len(names) - 5} more")
    return " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))


def not_python(name: str, span: Span, module: str, declared: Span, kind: str) -> Diagnostic:
    """Something written in the language is imported from a package, of which built code can use Python alone.

    declared: where the package's spec declares it; kind: the word that declares it.
    """
    instead = f"copy its {'line' if kind == 'type' else 'spec'} into this project"
    if kind in ("module", "def"):
        instead += ", or have the package declare Python that it ships: "
        instead += f"`extern {kind} {name}(...) from {module}`"
    return Diagnostic(
        "E0239",
        "error",
        f"`{name}` cannot be imported from a package: it is not Python",
        (Label(span, "", True), Label(declared, "written in the language here")),
        help=instead,
    )


def folder(span: Span, module: str) -> Diagnostic:
    """An import of a folder where a file is wanted."""
    return Diagnostic(
        "E0236",
        "error",
        f"`{module}` is a folder: names are imported from a file",
        (Label(span, "", True),),
        help=f"name the file in it: `from .{module}.blocks import Block`",
    )


def unreadable(span: Span, path: str, reason: str) -> Diagnostic:
    """An imported file that is there and cannot be read. reason: in words."""
    return Diagnostic(
        "E0237", "error", f"{path} cannot be read: {reason}", (Label(span, "", True),)
    )
