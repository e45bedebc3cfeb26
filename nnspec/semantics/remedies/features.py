"""A layer that is given another number of features, or of channels, than it was made for."""

from __future__ import annotations

from collections.abc import Iterator
from math import isqrt, prod

from nnspec.diagnostics.diagnostic import Edit
from nnspec.semantics.dims import Dim
from nnspec.semantics.remedies import flow, gathered, rewrite
from nnspec.semantics.remedies.joins import WIDTHS
from nnspec.semantics.remedies.misfit import Misfit, find
from nnspec.semantics.remedies.proposal import Maker, Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.semantics.remedies.sizes import is_plain, numbers
from nnspec.semantics.remedies.windows import NEAR
from nnspec.semantics.values import (
    DimLike,
    Layer,
    LibraryFunction,
    Tensor,
)
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

PAIRS = (("in_features", "out_features"), ("in_channels", "out_channels"))
# Sides that images mostly have.
SIDES = (8, 16, 24, 28, 32, 48, 64, 96, 112, 128, 160, 192, 224, 227, 256, 299, 320, 384, 448, 512)


def proposals(site: Site) -> Iterator[Proposal]:
    """Axes in another order or merged, then the layer, the layers before it, and the images."""
    misfit = find(site)
    if misfit is None:
        return
    yield from _flattened(misfit, site)
    moves = list(_moved(misfit, site))
    yield from (move for move in moves if move.first)
    yield from _swapped(misfit)
    yield from _own(misfit, site)
    yield from _inserted(misfit, site)
    yield from _pooled(misfit, site)
    yield from _wider(misfit, site)
    yield from _images(misfit, site)
    yield from (move for move in moves if not move.first)
    yield from _other_axis(misfit, site)
    yield from _joined(misfit, site)


def moved(site: Site) -> Iterator[Proposal]:
    """Another axis that surely has the wanted size, where the one at its place may have it."""
    misfit = find(site)
    if misfit is not None:
        yield from _moved(misfit, site)


# --- what is given ---------------------------------------------------------------------------------


def _flattened(misfit: Misfit, site: Site) -> Iterator[Proposal]:
    """Axes that make the wanted size when they are one."""
    shape, wanted = misfit.shape, misfit.wanted
    if misfit.axis == len(shape) - 1:
        starts = [i for i in range(1, len(shape) - 1) if prod(shape[i:]) == int(wanted)]
        if not starts and misfit.name == "in_features" and misfit.maker and len(shape) > 3:
            yield from _both(misfit, misfit.maker, site)
        for start in starts[:1]:
            edit, text = rewrite.with_method(misfit.given, f"flatten({start})", site)
            yield Proposal((edit,), f"flatten it first: `{text}`", True, True, "given")
    for step in flow.steps(misfit.given, site):
        callee, before = site.callee(step), _first(step)
        name = callee.name if isinstance(callee, LibraryFunction) else ""
        value = site.value(before) if before is not None else None
        dims = value.dims if isinstance(value, Tensor) else None
        if name in ("flatten", "view", "reshape") and before is not None and dims:
            if not isinstance(step, ast.Pipe):
                yield from _kept_batch(step, before, dims, misfit)
            return


def _kept_batch(
    step: ast.Expr, before: ast.Expr, dims: tuple[DimLike, ...], misfit: Misfit
) -> Iterator[Proposal]:
    """Everything but the batch made one axis, for a layer that takes that many features or is made to."""
    code = f"{before.span.text}.flatten(1)"
    edits: tuple[Edit, ...] = (Edit(step.span, code),)
    if prod(numbers(dims[1:])) == int(misfit.wanted):
        yield Proposal(edits, f"leave the batch its axis: `{code}`", True, True)
    elif len(misfit.shape) == 1 and misfit.maker is not None and misfit.name == "in_features":
        size = str(prod(dims[1:], start=Dim.of(1)))
        edits = (*edits, misfit.maker.edit(misfit.name, size))
        text = f"leave the batch its axis, `{code}`, and make `{misfit.name}` {size}"
        yield Proposal(edits, text, True, True)


def _both(misfit: Misfit, maker: Maker, site: Site) -> Iterator[Proposal]:
    """Maps flattened, for a layer that takes all of them."""
    value = site.value(misfit.given)
    dims = value.dims[1:] if isinstance(value, Tensor) and value.dims is not None else ()
    if not maker.is_open(misfit.name) and not isinstance(maker.written(misfit.name), ast.Binary):
        return
    size = " * ".join(map(str, dims))
    edit, text = rewrite.with_method(misfit.given, "flatten(1)", site)
    edits = (edit, maker.edit(misfit.name, size))
    yield Proposal(
        edits, f"flatten it first, `{text}`, and make `{misfit.name}` {size}", True, True, "given"
    )


def _moved(misfit: Misfit, site: Site) -> Iterator[Proposal]:
    """Another axis has the wanted size: it is brought to its place."""
    shape, axis, rank = misfit.shape, misfit.axis, len(misfit.shape)
    found = [i for i, size in enumerate(shape) if size == misfit.wanted and i != axis]
    if misfit.wanted == 1 and axis == 1:
        # A batch of one is no channel.
        found = [i for i in found if i > 0]
    # Where several axes have the size it says little, as in square images.
    clear = len([i for i in found if i > 0]) <= 1
    # Channels stand last or second; the batch is the least likely one.
    for i in sorted(found, key=lambda i: (i == 0, i != rank - 1, i)):
        order = [j for j in range(rank) if j != i]
        order.insert(axis, i)
        if i == rank - 1 and rank - axis >= 3:
            call = f"permute({', '.join(map(str, order))})"
        elif abs(i - axis) == 1:
            call = f"transpose({min(i, axis)}, {max(i, axis)})"
        else:
            call = f"movedim({i}, {-1 if axis == rank - 1 else axis})"
        edit, text = rewrite.with_method(misfit.given, call, site)
        where = "last" if i == rank - 1 else f"on axis {i}"
        reason = f"the {misfit.wanted} that it takes stands {where}: bring it to axis {axis}"
        there = Proposal((edit,), f"{reason} with `{text}`", True, clear, "given")
        yield there
        if isinstance(site.node, ast.Call) and i and axis == rank - 1 and not site.mends(there):
            back = Span(site.node.span.source, site.node.span.end, site.node.span.end)
            edits = (edit, Edit(back, f".movedim(-1, {i})"))
            text = f"{reason} with `{text}`, and back with `.movedim(-1, {i})`"
            yield Proposal(edits, text, True, clear, "given")


def _inserted(misfit: Misfit, site: Site) -> Iterator[Proposal]:
    """A missing axis of one channel, or of the batch."""
    for axis in (1, 0) if misfit.wanted == 1 else (0, 1):
        edit, text = rewrite.with_method(misfit.given, f"unsqueeze({axis})", site)
        what = "batch" if axis == 0 else "channels"
        yield Proposal(
            (edit,), f"add the axis of the {what}: `{text}`", True, misfit.wanted == 1, "given"
        )


def _other_axis(misfit: Misfit, site: Site) -> Iterator[Proposal]:
    """A function before that works along another axis."""
    for maker in flow.makers(misfit.given, site)[:NEAR]:
        axis = maker.number("dim")
        if maker.decl.name in gathered.JOINING + gathered.STACKING:
            continue
        if isinstance(maker.decl, ast.ExternDef) and axis is not None and maker.is_open("dim"):
            for other in range(1, len(misfit.shape) + 1):
                if other != axis:
                    yield maker.proposal(dim=other)


def _joined(misfit: Misfit, site: Site) -> Iterator[Proposal]:
    """A part of a concatenation with as much as is missing."""
    lack = misfit.wanted - misfit.shape[misfit.axis]
    for step in flow.steps(misfit.given, site):
        callee = site.callee(step)
        if not isinstance(callee, LibraryFunction) or callee.name not in ("cat", "concat"):
            continue
        rank = len(misfit.shape)
        parts = [(part, value) for part, value in _parts(step, site) if value.rank == rank]
        known = {numbers(value.dims or ())[misfit.axis] for _, value in parts}
        for part, value in parts:
            type_ = rewrite.declared(part, site)
            if type_ is None or len(type_.dims) != rank:
                continue
            sizes: list[int | None] = [None] * len(type_.dims)
            size = numbers(value.dims or ())[misfit.axis] + lack
            if size not in known or not is_plain(misfit.wanted):
                continue
            sizes[misfit.axis] = size
            edits = rewrite.redeclared(type_, sizes)
            if edits:
                text = f"give `{part.span.text}` the shape {rewrite.shape_text(type_, sizes)}"
                yield Proposal(edits, text, group="shape")
        return


def _parts(step: flow.Step, site: Site) -> Iterator[tuple[ast.Expr, Tensor]]:
    call = step if isinstance(step, ast.Call) else step.target
    first = call.args[0].value if isinstance(call, ast.Call) and call.args else None
    for item in first.items if isinstance(first, (ast.List, ast.Tuple)) else ():
        value = site.value(item)
        if isinstance(value, Tensor) and value.dims is not None:
            yield item, value


# --- the layers ------------------------------------------------------------------------------------


def _own(misfit: Misfit, site: Site) -> Iterator[Proposal]:
    """The layer's own number, where more than that number has to change, or it is written as a product."""
    maker, actual = misfit.maker, misfit.shape[misfit.axis]
    if maker is None:
        return
    if misfit.name == "normalized_shape":
        own = maker.written(misfit.name)
        count = len(own.items) if isinstance(own, (ast.Tuple, ast.List)) else 1
        shown = ", ".join(map(str, misfit.shape[-count:]))
        edit = maker.edit(misfit.name, f"[{shown}]" if count > 1 else shown)
        yield Proposal((edit,), f"`{misfit.name}` should be [{shown}]", True)
        return
    if misfit.name in ("num_features", "num_channels") and maker.is_open(misfit.name):
        text = f"`{misfit.name}` should be {actual}, or write `_` to have it worked out"
        yield Proposal((maker.edit(misfit.name, str(actual)),), text, True)
    groups = maker.number("groups")
    if groups is not None and groups > 1:
        if groups == misfit.wanted:
            # Each channel has a group of its own, and perhaps one output.
            same = maker.number("out_channels") == misfit.wanted
            more = {"out_channels": actual} if same else {}
            yield maker.proposal(**{misfit.name: actual, **more, "groups": actual})
            yield maker.proposal(**{misfit.name: actual, "groups": actual})
        yield maker.proposal(**{misfit.name: actual, "groups": 1})
    written = maker.written(misfit.name)
    names = written is not None and any(isinstance(n, ast.Name) for n in walk(written))
    if isinstance(written, (ast.Name, ast.Binary)) and not (names and is_plain(actual)):
        edit = maker.edit(misfit.name, str(actual))
        hole = ", or write `_` to have it worked out"
        hole = hole if hole in (site.mistake.help or "") else ""
        text = f"make `{misfit.name}` {actual}"
        yield Proposal((edit,), text, True, not is_plain(actual), more=hole)
    yield from _declared(misfit, site)
    if isinstance(written, ast.Binary):
        factors = _merged(misfit, site)
        if factors is not None:
            edit = maker.edit(misfit.name, factors)
            yield Proposal((edit,), f"make `{misfit.name}` {factors}", True, True)


def _declared(misfit: Misfit, site: Site) -> Iterator[Proposal]:
    """The number further up that the layer's number is worked out from: `Net(48)`."""
    maker, primary = misfit.maker, site.mistake.labels[0].message
    own = maker.written(misfit.name) if maker is not None else None
    actual, _, rest = primary.partition(" on axis ")
    wanted = rest.partition(", where ")[2].removesuffix(" is needed")
    if own is None or not wanted.isdigit() or not actual.isdigit():
        return
    for label in reversed(site.mistake.labels[1:]):
        told = label.message.endswith((f"{wanted} declared here", f"is {wanted} here"))
        code = label.span.text
        if told and label.span.start != own.span.start and not code.isidentifier():
            text = f"write {actual} for `{code}` in line {label.span.line}"
            yield Proposal((Edit(label.span, actual),), text, True)


def _merged(misfit: Misfit, site: Site) -> str | None:
    """The sizes that have been flattened into the one at fault, as a product."""
    for step in flow.steps(misfit.given, site):
        before = _first(step)
        value = site.value(before) if before is not None else None
        dims = value.dims if isinstance(value, Tensor) else None
        if dims is not None and len(dims) > 2 and prod(numbers(dims[1:])) == int(misfit.shape[-1]):
            return " * ".join(map(str, dims[1:]))
    return None


def _swapped(misfit: Misfit) -> Iterator[Proposal]:
    maker = misfit.maker
    for inner, outer in PAIRS:
        if maker is not None and misfit.name == inner:
            if maker.number(outer) == misfit.shape[misfit.axis] and maker.is_open(inner):
                both = {inner: misfit.shape[misfit.axis], outer: misfit.wanted}
                proposal = maker.proposal(**both)
                yield Proposal(proposal.edits, f"they are swapped: {proposal.text}", first=True)


def _wider(misfit: Misfit, site: Site) -> Iterator[Proposal]:
    """The layer before makes what this one takes."""
    for maker in flow.makers(misfit.given, site)[:NEAR]:
        for width in WIDTHS:
            number = maker.number(width)
            have = misfit.shape[misfit.axis]
            # Flattened maps, and both directions of a recurrent layer, hold each of them several times.
            if number and have and number * misfit.wanted % have == 0 and maker.is_open(width):
                made = misfit.wanted if number == have else number * misfit.wanted // have
                yield maker.proposal(**{width: made})


def _pooled(misfit: Misfit, site: Site) -> Iterator[Proposal]:
    """Maps that are pooled to one size before they are flattened."""
    if misfit.axis != len(misfit.shape) - 1:
        return
    for step in flow.steps(misfit.given, site):
        callee = site.callee(step)
        name = callee.name if isinstance(callee, LibraryFunction) else ""
        if isinstance(callee, Layer):
            name = callee.type_name.lower()
        before = _first(step)
        value = site.value(before) if before is not None else None
        if name != "flatten" or before is None or not isinstance(value, Tensor):
            continue
        dims = value.dims or ()
        if len(dims) != 4 or not isinstance(dims[1], int) or not dims[1] or misfit.wanted % dims[1]:
            return
        side = isqrt(misfit.wanted // dims[1])
        if side * side * dims[1] == misfit.wanted:
            edit = _wrapped(before, step, f"{side}")
            text = edit.text if len(edit.text) <= 60 else f"adaptive_avg_pool2d(..., {side})"
            yield Proposal((edit,), f"pool the maps to {side} x {side} first: `{text}`")
        return


def _first(step: flow.Step) -> ast.Expr | None:
    if isinstance(step, ast.Pipe):
        return step.value
    if isinstance(step.func, ast.Attribute) and not step.args:
        return step.func.value
    if isinstance(step.func, ast.Attribute) and not isinstance(step.args[0].value, ast.Name):
        return step.func.value
    return step.args[0].value if step.args else None


def _wrapped(before: ast.Expr, step: flow.Step, size: str) -> Edit:
    text = before.span.text
    if isinstance(step, ast.Pipe):
        return Edit(before.span, f"{text} |> adaptive_avg_pool2d({size})")
    return Edit(before.span, f"adaptive_avg_pool2d({text}, {size})")


# --- the images ------------------------------------------------------------------------------------


def _images(misfit: Misfit, site: Site) -> Iterator[Proposal]:
    """Square images of which as many features are left as the layer takes."""
    found = rewrite.images(site)
    actual = misfit.shape[misfit.axis]
    if len(found) != 1 or misfit.axis != len(misfit.shape) - 1 or len(misfit.shape) != 2:
        return
    name, type_, sides = found[0]
    ratio = (misfit.wanted / actual) ** (1 / len(sides))
    guess = prod(sides) ** (1 / len(sides)) * ratio
    candidates = sorted({round(guess), *SIDES}, key=lambda n: abs(n - guess))
    for side in candidates[:5]:
        if side >= 1:
            proposal = rewrite.resized(found, [[side] * len(sides)])
            if proposal is not None:
                yield Proposal(proposal.edits, proposal.text, group="image")
