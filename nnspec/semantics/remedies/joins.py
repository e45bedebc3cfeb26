"""Tensors that must agree and do not: sums, products and concatenations of two ways through a model."""

from __future__ import annotations

from collections.abc import Iterator
from math import isqrt

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.remedies import called, flow, rewrite, windows
from nnspec.semantics.remedies.around import inside
from nnspec.semantics.remedies.proposal import Maker, Proposal
from nnspec.semantics.remedies.site import Site, tensors
from nnspec.semantics.remedies.sizes import is_plain, numbers
from nnspec.semantics.remedies.windows import NEAR
from nnspec.semantics.values import Tensor
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

# The arguments that say how many features a layer makes.
WIDTHS = ("out_channels", "out_features", "hidden_size", "embedding_dim")

# How many tensors of like names are tried.
SIBLINGS = 6

Operand = tuple[ast.Expr, tuple[int, ...]]


def proposals(site: Site) -> Iterator[Proposal]:
    """Layers that would make the other size, declared shapes, images, and last the tensors cut to size."""
    pair = _pair(site)
    if pair is None or called.kind(site) in called.SEQUENCES:
        return
    left, right, axes = pair
    yield from _siblings(left, right, site)
    tabled = (
        rewrite.declared(left[0], site) is not None or rewrite.declared(right[0], site) is not None
    )
    table = _is_table(left, right) or _is_table(right, left) or (axes == [1] and tabled)
    if _is_spatial(left, right, axes, site):
        yield from _spread(left, right, axes, site)
        if table:
            yield from _declared(left, right, axes, site)
        yield from _other_size(left, right, site)
        yield from windows.proposals((left[0], right[0]), site, up=True)
        up = any(windows.is_up(m) for e, _ in (left, right) for m in flow.makers(e, site)[:NEAR])
        if not up:
            yield from windows.proposals((left[0], right[0]), site, up=False)
        yield from rewrite.multiples(site)
        yield from _cut(left, right, axes, site)
        yield from windows.proposals((left[0], right[0]), site, up=False)
        yield from windows.proposals((left[0], right[0]), site, further=True)
    else:
        yield from _other_axis(site)
        if called.kind(site) == "join":
            yield from _spread(left, right, axes, site)
        if table:
            yield from _declared(left, right, axes, site)
        yield from _widths(left, right, axes, site)
        yield from _strided(left, right, axes, site)
        yield from _patches(left, right, axes, site)
        yield from _shortcut(left, right, axes, site)
        yield from _tokens(left, right, axes, site)
    yield from _declared(left, right, axes, site)
    yield from _other_skip(left, right, site)


def resized(site: Site) -> Iterator[Proposal]:
    """Layers that keep the sizes of images or signals, where these may differ."""
    pair = _pair(site)
    if pair is not None and _is_spatial(*pair, site):
        yield from windows.proposals((pair[0][0], pair[1][0]), site, up=False)


def _other_size(left: Operand, right: Operand, site: Site) -> Iterator[Proposal]:
    """A resizing that was told another size than the other operand has."""
    for (expr, _), (_, wanted) in ((right, left), (left, right)):
        for maker in flow.makers(expr, site)[:1]:
            node = maker.written("size") if maker.takes("scale_factor") else None
            if isinstance(node, (ast.Tuple, ast.List, ast.Number)) and maker.is_open("size"):
                sizes = ", ".join(map(str, wanted[2:]))
                code = f"({sizes},)" if len(wanted) == 3 else f"({sizes})"
                if all(map(is_plain, wanted[2:])):
                    text = f"resize it to [{sizes}]: make `size` {code} in `{maker.name}`"
                    yield Proposal((Edit(node.span, code),), text, True)


def _siblings(left: Operand, right: Operand, site: Site) -> Iterator[Proposal]:
    """Another tensor of the same def whose name differs in its number alone: `e2` for `e1`."""
    taken = (left[0].span.text, right[0].span.text)
    for expr, _ in (right, left):
        stem = expr.id.rstrip("0123456789") if isinstance(expr, ast.Name) else ""
        if not stem or stem == expr.span.text or site.definition is None:
            continue
        names = [param.name for param in site.definition.signature.params]
        for statement in site.definition.body or ():
            names += [n.id for n in walk(statement) if isinstance(n, ast.Name)]
        alike = [n for n in dict.fromkeys(names) if n.rstrip("0123456789") == stem]
        for name in alike[:SIBLINGS]:
            if name not in (*taken, stem):
                edits = (Edit(expr.span, name),)
                yield Proposal(edits, f"`{name}` fits here", True, group="sibling")


def _other_skip(left: Operand, right: Operand, site: Site) -> Iterator[Proposal]:
    """Another tensor of the same def that has the sizes which a concatenation needs: the skip of another level."""
    joined = _joined_axis(site, len(left[1]))
    if joined is None or site.definition is None:
        return
    values: dict[str, Tensor] = {}
    for statement in site.definition.body or ():
        for node in walk(statement):
            value = site.value(node) if isinstance(node, ast.Name) else None
            if node.span.start < site.mistake.span.start and isinstance(value, Tensor):
                assert isinstance(node, ast.Name)
                values[node.id] = value
    inputs = [param.name for param in site.definition.signature.params]
    taken = (left[0].span.text, right[0].span.text, *inputs)
    for (expr, _), (_, wanted) in ((right, left), (left, right)):
        fitting = [
            name
            for name, value in values.items()
            if isinstance(expr, ast.Name)
            and name not in taken
            and len(value.dims or ()) == len(wanted)
            and not _differing(numbers(value.dims or ()), wanted, joined)
        ]
        for name in fitting[:SIBLINGS]:
            edits = (Edit(expr.span, name),)
            yield Proposal(edits, f"`{name}` fits here", True, group="sibling")


def _is_spatial(left: Operand, right: Operand, axes: list[int], site: Site) -> bool:
    """Whether only the axes of images or signals differ, and not those of batch, time and features."""
    if any(i < 2 for i in axes):
        return False
    ways = [m for expr, _ in (left, right) for m in flow.makers(expr, site)[:NEAR]]
    return len(left[1]) > 3 or any(
        m.decl.name.endswith("1d") or m.takes("scale_factor") for m in ways
    )


def note(site: Site) -> str | None:
    """How sizes that look like numbers of patches come about."""
    pair = _pair(site)
    if pair is None or pair[2] != [1] or len(pair[0][1]) != 3:
        return None
    texts = [_square(shape[1]) for _, shape in pair[:2]]
    return " and ".join(t for t in texts if t) if all(texts) else None


def _square(size: int) -> str | None:
    for extra in (0, 1, 2):
        side = isqrt(max(0, size - extra))
        if side >= 4 and side * side + extra == size:
            return f"{size} is {side} * {side}" + (f" + {extra}" if extra else "")
    return None


def _pair(site: Site) -> tuple[Operand, Operand, list[int]] | None:
    """The first two operands of one rank and known sizes that do not agree, and the axes where they differ."""
    known: list[Operand] = []
    for expr, value in tensors(site):
        known.append((expr, numbers(value.dims or ())))
    rank = max((len(shape) for _, shape in known), default=0)
    joined = _joined_axis(site, rank)
    if joined is None and isinstance(site.node, ast.Binary):
        # Axes that are not there are stretched like those of size 1.
        known = [(expr, (1,) * (rank - len(shape)) + shape) for expr, shape in known]
    for i, one in enumerate(known):
        for other in known[i + 1 :]:
            if len(one[1]) == len(other[1]):
                axes = _differing(one[1], other[1], joined)
                if axes:
                    return one, other, axes
    return None


def _joined_axis(site: Site, rank: int) -> int | None:
    """The axis along which a concatenation joins."""
    call = site.node.target if isinstance(site.node, ast.Pipe) else site.node
    if not isinstance(call, ast.Call) or not call.func.span.text.endswith(("cat", "concat")):
        return None
    for argument in call.args:
        if argument.name in ("dim", "axis") or isinstance(argument.value, (ast.Number, ast.Unary)):
            at = site.value(argument.value)
            return at % rank if isinstance(at, int) and rank else None
    return 0


def _differing(a: tuple[int, ...], b: tuple[int, ...], joined: int | None) -> list[int]:
    """The axes at fault; joined: the one along which a concatenation joins, which is free."""
    return [
        i
        for i, (p, q) in enumerate(zip(a, b, strict=True))
        if p != q and (p != 1 and q != 1 if joined is None else i != joined)
    ]


def _other_axis(site: Site) -> Iterator[Proposal]:
    """A concatenation along another axis."""
    operands = tensors(site)
    rank = len(operands[0][1].dims or ()) if operands else 0
    joined, maker = _joined_axis(site, rank), flow.at_fault(site)
    if joined is None or maker is None or not maker.takes("dim"):
        return
    for axis in range(rank):
        if axis != joined:
            text = f"join them along axis {axis}: `dim={axis}`"
            yield Proposal((maker.edit("dim", str(axis)),), text, True)


# --- other layers ----------------------------------------------------------------------------------


def _widths(left: Operand, right: Operand, axes: list[int], site: Site) -> Iterator[Proposal]:
    """The last layer of either way with the number of features that the other one has."""
    if len(axes) != 1:
        return
    at = axes[0]
    for (expr, shape), (_, wanted) in ((left, right), (right, left)):
        for maker in flow.makers(expr, site)[:NEAR]:
            for width in WIDTHS:
                number = maker.number(width)
                # Of two directions each makes half of it.
                if number is not None and shape[at] and number * wanted[at] % shape[at] == 0:
                    if maker.is_open(width):
                        yield maker.proposal(**{width: number * wanted[at] // shape[at]})


def _strided(left: Operand, right: Operand, axes: list[int], site: Site) -> Iterator[Proposal]:
    """Sizes that differ along channels and space at once: a stride as well as a width."""
    for (expr, _), (_, wanted) in ((left, right), (right, left)):
        for maker in flow.makers(expr, site)[:NEAR]:
            if len(wanted) >= 3 and 1 in axes and len(axes) > 1 and maker.is_open("out_channels"):
                if maker.number("stride") not in (None, 1):
                    yield maker.proposal(out_channels=wanted[1], stride=1)


# --- other inputs ----------------------------------------------------------------------------------


def _declared(left: Operand, right: Operand, axes: list[int], site: Site) -> Iterator[Proposal]:
    """An argument or a parameter with the sizes of the other operand, tables before data."""
    order = [(left, right), (right, left)]
    several = len(tensors(site)) > 2
    order.sort(key=lambda p: (not _is_table(*p), several and not _is_at_fault(p[0][0], site)))
    for (expr, shape), (_, wanted) in order:
        type_ = rewrite.declared(expr, site)
        if type_ is None or len(type_.dims) > len(shape):
            continue
        sizes = [wanted[i] if i in axes else None for i in range(len(shape))]
        sizes = sizes[len(shape) - len(type_.dims) :]
        swapped = _swapped(shape, wanted) if len(type_.dims) == len(shape) else None
        for each in (swapped, sizes):
            edits = rewrite.redeclared(type_, each) if each is not None else ()
            if each is not None and edits:
                text = f"give `{expr.span.text}` the shape {rewrite.shape_text(type_, each)}"
                yield Proposal(edits, text, group="shape")


def _is_at_fault(expr: ast.Expr, site: Site) -> bool:
    """Whether the caret stands at an operand: of several, at the one that is unlike the others."""
    return inside(site.mistake.span, expr.span)


def _is_table(one: Operand, other: Operand) -> bool:
    """Whether an operand is the same for all samples, as tables of positions are."""
    return one[1][0] == 1 and other[1][0] != 1


def _swapped(shape: tuple[int, ...], wanted: tuple[int, ...]) -> list[int | None] | None:
    """Batch and time in the other order."""
    if len(shape) != 3 or shape[0] != 1 or shape[1] != wanted[0] or shape[2] != wanted[2]:
        return None
    return [shape[1], shape[0], None]


def _tokens(left: Operand, right: Operand, axes: list[int], site: Site) -> Iterator[Proposal]:
    """Images that make as many patches as the table has places."""
    if axes != [1] or len(left[1]) != 3:
        return
    found = rewrite.images(site)
    for (_, shape), (_, wanted) in ((left, right), (right, left)):
        for extra in (0, 1, 2):
            have, want = shape[1] - extra, wanted[1] - extra
            if have < 1 or want < 1 or not found or not is_plain(wanted[1]):
                continue
            axis_count = max((len(sides) for _, _, sides in found), default=2)
            ratio = (want / have) ** (1 / axis_count)
            sides = [[max(1, round(n * ratio)) for n in old] for _, _, old in found]
            proposal = rewrite.resized(found, sides)
            if proposal is not None:
                yield Proposal(proposal.edits, proposal.text, group="image")


def _patches(left: Operand, right: Operand, axes: list[int], site: Site) -> Iterator[Proposal]:
    """Patches of another size, or that lie side by side again."""
    if axes != [1] or len(left[1]) != 3:
        return
    for (expr, shape), (_, wanted) in ((left, right), (right, left)):
        for maker in flow.makers(expr, site)[: 2 * NEAR]:
            kernel, stride = maker.number("kernel_size"), maker.number("stride")
            if kernel is None or stride is None or not maker.is_open("stride"):
                continue
            if kernel != stride:
                yield maker.proposal(stride=kernel)
            for extra in (0, 1):
                if shape[1] > extra and wanted[1] > extra and maker.is_open("kernel_size"):
                    ratio = (shape[1] - extra) / (wanted[1] - extra)
                    space = int(maker.decl.name[-2]) if maker.decl.name[-2:-1].isdigit() else 1
                    size = max(1, round(kernel * ratio ** (1 / space)))
                    if size != kernel:
                        yield maker.proposal(kernel_size=size, stride=size)


# --- the tensors themselves ------------------------------------------------------------------------


def _cut(left: Operand, right: Operand, axes: list[int], site: Site) -> Iterator[Proposal]:
    """The larger one cut, or one of them resized."""
    (expr, shape), (other, wanted) = left, right
    if all(shape[i] <= wanted[i] for i in axes):
        (expr, shape), (other, wanted) = (other, wanted), (expr, shape)
    first, last = min(axes), len(shape)
    if any(min(shape[i], wanted[i]) == 1 for i in axes):
        return
    close = all(0 <= shape[i] - wanted[i] <= max(2, shape[i] // 8) for i in axes)
    if close and all(is_plain(wanted[i]) for i in axes):
        parts = ["..."] + [f":{wanted[i]}" if i in axes else ":" for i in range(first, last)]
        changed = rewrite.with_index(expr, ", ".join(parts), site)
        if changed is not None:
            yield Proposal((changed[0],), f"cut it to size: `{changed[1]}`", group="cut")
    if not all(is_plain(n) for n in wanted[2:]):
        return
    sizes = ", ".join(str(wanted[i]) for i in range(2, last))
    size = f"size=({sizes}{',' if last == 3 else ''})"
    edit, text = rewrite.with_function(expr, "interpolate", size, site)
    yield Proposal((edit,), f"resize it: `{text}`", group="cut")


def _spread(left: Operand, right: Operand, axes: list[int], site: Site) -> Iterator[Proposal]:
    """A vector of each sample laid over a map, for a concatenation."""
    for (expr, shape), (_, wanted) in ((left, right), (right, left)):
        if all(shape[i] == 1 for i in axes):
            sizes = ", ".join(str(wanted[i]) if i in axes else "-1" for i in range(len(shape)))
            edit, text = rewrite.with_method(expr, f"expand({sizes})", site)
            yield Proposal((edit,), f"spread it over the axes: `{text}`", group="cut")


def _shortcut(left: Operand, right: Operand, axes: list[int], site: Site) -> Iterator[Proposal]:
    """A layer of its own that brings one way to the shape of the other: the shorter way, else the wider."""
    order = [(left, right), (right, left)]
    order.sort(key=lambda pair: (len(_wide(pair[0][0], site)), -pair[0][1][axes[0]]))
    for (expr, shape), (_, wanted) in order:
        value = None
        space = len(shape) - 2
        used = any(
            m.decl.name.endswith(f"{space}d") for e, _ in (left, right) for m in _wide(e, site)
        )
        if axes[0] == 1 and len(shape) >= 3 and (used or len(shape) > 3):
            strides = {round(a / b) for a, b in zip(shape[2:], wanted[2:], strict=True) if b}
            if len(strides) == 1:
                stride = strides.pop()
                more = f", stride={stride}" if stride > 1 else ""
                value = f"Conv{space}d({shape[1]}, {wanted[1]}, 1{more})"
        elif axes == [len(shape) - 1]:
            value = f"Linear({shape[-1]}, {wanted[-1]})"
        if value is not None:
            edits = rewrite.new_layer("shortcut", value, expr, site)
            if edits is not None:
                text = f"take `{expr.span.text}` through a layer of its own: `{value}`"
                yield Proposal(edits, text, group="shortcut")


def _wide(expr: ast.Expr, site: Site) -> list[Maker]:
    """The layers on the way that decide a number of features."""
    return [m for m in flow.makers(expr, site) if any(m.takes(w) for w in WIDTHS)]
