"""Changes of the code around a mistake: an argument wrapped, a declared shape altered, an image resized."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

ATOMS = (ast.Name, ast.Call, ast.Attribute, ast.Index)

# Images whose sides are multiples of these go through as many halvings.
POWERS = (2, 4, 8, 16, 32, 64)


def with_method(expr: ast.Expr, call: str, site: Site) -> tuple[Edit, str]:
    """The expression with a method of tensors called on it: the edit, and the new code as it reads."""
    end = Span(expr.span.source, expr.span.end, expr.span.end)
    if _is_piped(expr, site):
        return Edit(end, f" |> {call}"), f"|> {call}"
    text = expr.span.text
    if isinstance(expr, ATOMS):
        return Edit(end, f".{call}"), f"{_short(text)}.{call}"
    return Edit(expr.span, f"({text}).{call}"), f"({_short(text)}).{call}"


def with_function(expr: ast.Expr, name: str, rest: str, site: Site) -> tuple[Edit, str]:
    """The same with a function that takes the expression first."""
    text = expr.span.text
    if _is_piped(expr, site):
        end = Span(expr.span.source, expr.span.end, expr.span.end)
        return Edit(end, f" |> {name}({rest})"), f"|> {name}({rest})"
    return Edit(expr.span, f"{name}({text}, {rest})"), f"{name}({_short(text)}, {rest})"


def with_index(expr: ast.Expr, index: str, site: Site) -> tuple[Edit, str] | None:
    """The expression cut by an index; None where it stands in a pipeline."""
    text = expr.span.text
    if _is_piped(expr, site):
        return None
    if not isinstance(expr, ATOMS):
        text = f"({text})"
    return Edit(expr.span, f"{text}[{index}]"), f"{_short(text)}[{index}]"


def _is_piped(expr: ast.Expr, site: Site) -> bool:
    return isinstance(site.node, ast.Pipe) and site.node.value is expr


def _short(text: str) -> str:
    return text if len(text) <= 40 and "\n" not in text else "..."


def declared(expr: ast.Expr, site: Site) -> ast.TensorType | None:
    """The type that an expression has by declaration: it is an argument, a parameter, a buffer."""
    if not isinstance(expr, ast.Name) or site.definition is None:
        return None
    for param in site.definition.signature.params:
        if param.name == expr.id and isinstance(param.type, ast.TensorType):
            return None if expr.id in _assigned(site.definition) else param.type
    for member in site.module.body if site.module is not None else ():
        if isinstance(member, ast.ParamDecl) and member.name == expr.id:
            # Where a value is written out, the shape stands there as well.
            plain = member.value is None or isinstance(member.value, ast.Name)
            return member.type if plain and isinstance(member.type, ast.TensorType) else None
    return None


@lru_cache(maxsize=4)
def _assigned(definition: ast.Def) -> frozenset[str]:
    """The names that a def assigns; a file may have thousands of mistakes in one def."""
    return frozenset(
        target.id
        for node in walk(definition)
        if isinstance(node, ast.Assign)
        for target in walk(node.target)
        if isinstance(target, ast.Name)
    )


def redeclared(type_: ast.TensorType, sizes: Sequence[int | None]) -> tuple[Edit, ...]:
    """The declared shape with other sizes, as long as these axes are written as numbers.

    sizes: the new size of each axis, None where it stays.
    """
    edits = []
    for dim, size in zip(type_.dims, sizes, strict=True):
        if size is None:
            continue
        if not isinstance(dim, ast.Number):
            return ()
        if dim.value != size:
            edits.append(Edit(dim.span, str(size)))
    return tuple(edits)


def shape_text(type_: ast.TensorType, sizes: Sequence[int | None]) -> str:
    """`[1, 8, 30, 30]`."""
    parts = [d.span.text if s is None else str(s) for d, s in zip(type_.dims, sizes, strict=True)]
    return f"[{', '.join(parts)}]"


Images = list[tuple[str, ast.TensorType, tuple[int, ...]]]


def images(site: Site) -> Images:
    """The arguments that may be images or signals: name, type, and the sizes of the last axes.

    They are those of the def at fault or, where it leaves its sizes open, of its module, or of the first def.
    """
    defs = [site.definition] if site.definition is not None else []
    declarations = list(site.scope.file.declarations)
    for declaration in sorted(declarations, key=lambda d: d is not site.module):
        members = declaration.body if isinstance(declaration, ast.Module) else (declaration,)
        defs += [m for m in members if isinstance(m, ast.Def)]
    return next((found for each in defs if (found := _images(each))), [])


def _images(definition: ast.Def) -> Images:
    found: Images = []
    for param in definition.signature.params:
        type_ = param.type
        if not isinstance(type_, ast.TensorType) or type_.dtype is not None:
            continue
        sides = type_.dims[2:]
        sizes = [d.value for d in sides if isinstance(d, ast.Number)]
        if sides and len(sizes) == len(sides) and max(sizes) >= 2:
            found.append((param.name, type_, tuple(int(n) for n in sizes)))
    # Beside images, three axes are batch, time and features.
    images_ = [one for one in found if len(one[2]) > 1]
    return images_ or found


def resized(found: Images, sides: Sequence[Sequence[int]]) -> Proposal | None:
    """The images with other sides."""
    edits: list[Edit] = []
    shapes: list[str] = []
    for (name, type_, _), new in zip(found, sides, strict=True):
        sizes = [None, None, *new]
        changes = redeclared(type_, sizes)
        edits.extend(changes)
        if changes:
            shapes.append(f"`{name}` the shape {shape_text(type_, sizes)}")
    if not edits:
        return None
    return Proposal(tuple(edits), f"give {' and '.join(shapes)}")


def multiples(site: Site) -> Iterator[Proposal]:
    """The images with sides that powers of two divide: the smallest power that helps, up and down."""
    found = images(site)
    seen: set[tuple[tuple[int, ...], ...]] = set()
    for power in POWERS:
        for up in (True, False):
            sides = _rounded(found, power, up)
            if sides in seen or not _near(found, sides):
                continue
            seen.add(sides)
            proposal = resized(found, sides)
            if proposal is None or not site.mends(proposal):
                continue
            reason = _reason(found, sides, power, up, site)
            yield Proposal(proposal.edits, proposal.text, group="image", more=reason)


def _rounded(found: Images, power: int, up: bool) -> tuple[tuple[int, ...], ...]:
    """The sides as multiples of a power."""
    return tuple(
        tuple((-(-n // power) if up else n // power) * power for n in old) for _, _, old in found
    )


def _reason(found: Images, sides: Sequence[Sequence[int]], power: int, up: bool, site: Site) -> str:
    """Which power of two the sides must be multiples of, if that is it: then the next multiples fit as well."""
    for each in POWERS[POWERS.index(power) :]:
        if any(
            n % each for new, (_, _, old) in zip(sides, found, strict=True) for n in _new(new, old)
        ):
            break
        beyond = [
            [n + (each if up else -each) if n != o else n for n, o in zip(new, old, strict=True)]
            for new, (_, _, old) in zip(sides, found, strict=True)
        ]
        next_ = resized(found, beyond)
        if next_ is not None and all(n > 0 for new in beyond for n in new) and site.mends(next_):
            what = "sides" if any(len(old) > 1 for _, _, old in found) else "lengths"
            return f" ({what} that {each} divides fit)"
    return ""


def _new(new: Sequence[int], old: Sequence[int]) -> list[int]:
    return [n for n, o in zip(new, old, strict=True) if n != o]


def _near(found: Images, sides: Sequence[Sequence[int]]) -> bool:
    """Whether no side changes by much."""
    return all(
        new > 0 and abs(new - old) <= max(1, old // 4)
        for (_, _, before), after in zip(found, sides, strict=True)
        for old, new in zip(before, after, strict=True)
    )


def new_layer(name: str, value: str, expr: ast.Expr, site: Site) -> tuple[Edit, ...] | None:
    """A layer more in the module, through which an expression goes; None where the name is taken."""
    module = site.module
    if module is None or not isinstance(expr, ast.Name):
        return None
    layers = [m for m in module.body if isinstance(m, ast.Submodule)]
    text = module.span.source.text
    if not layers or f"{name}" in text:
        return None
    last = layers[-1].span
    line_end = text.find("\n", last.end)
    end = len(text) if line_end < 0 else line_end
    indent = " " * (last.start - text.rfind("\n", 0, last.start) - 1)
    place = Span(last.source, end, end)
    return Edit(place, f"\n{indent}{name} = {value}"), Edit(expr.span, f"{name}({expr.id})")
