"""`tie`, `init`, `freeze`: which parameters a path or a layer type means."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from nnspec.diagnostics.diagnostic import Diagnostic, Label
from nnspec.diagnostics.spelling import did_you_mean, respell
from nnspec.diagnostics.suggest import nearest
from nnspec.record import Record
from nnspec.semantics.budget import budget
from nnspec.semantics.evaluate import attributes, conditions, lookup
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.layers import initialisers, tree
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.values import (
    Choice,
    DictValue,
    Layer,
    LayerBody,
    LayerType,
    ListValue,
    RepeatValue,
    Tensor,
    Unknown,
    Value,
)
from nnspec.semantics.world import error
from nnspec.source import Span
from nnspec.syntax import ast

# So many children of a layer are listed in a step.
LISTED = 5


class Found(Record, frozen=False):
    """What a path means.

    tensors: the parameters with the layers that own them.
    unknown: whether a part of the tree could not be followed.
    stuck: the first part that nothing has, with the names that are there.
    computed: the wrapper that computes what the path means, so that it is no parameter.
    wrapped: whether layers of the type are wrapped, which gives them a class of their own.
    """

    tensors: list[tuple[Layer | None, Tensor]]
    unknown: bool = False
    stuck: tuple[str, list[str]] | None = None
    computed: str | None = None
    wrapped: bool = False


def find(path: ast.Path, inner: Frame) -> Found:
    """The parameters that a path means, from the layer of the frame."""
    body = inner.body
    assert body is not None
    found = Found([])
    first, rest = path.parts[0], path.parts[1:]
    layer_type = _layer_type(first, inner)
    if layer_type is not None and len(rest) == 1:
        _by_type(layer_type, rest[0], body, found, inner)
        return found
    _walk(body, inner.layer, path.parts, found, inner)
    return found


def _layer_type(name: str, inner: Frame) -> LayerType | None:
    """A layer type, unless a member of that name hides it."""
    body = inner.body
    assert body is not None
    if name in _named_parts(body):
        return None
    if name in lookup.CONTAINERS:
        return None
    if name in inner.scope.names:
        decl, scope = inner.scope.names[name]
        return LayerType(decl, scope) if isinstance(decl, (ast.Module, ast.ExternModule)) else None
    catalog = inner.run.catalog
    layer = catalog.layer(name)
    return LayerType(layer, catalog.scope_of(layer)) if layer is not None else None


def _by_type(layer_type: LayerType, name: str, body: LayerBody, found: Found, inner: Frame) -> None:
    for layer in tree.descendants(body):
        if isinstance(layer, Unknown):
            found.unknown = True
        elif layer.body.decl is layer_type.decl and layer.body.wrapped:
            found.wrapped = True
        elif layer.body.decl is layer_type.decl:
            _parameter(layer.body, layer, name, found, inner)
    if not found.tensors and found.stuck is None:
        found.stuck = (layer_type.decl.name, [])


def _parameter(body: LayerBody, layer: Layer | None, name: str, found: Found, inner: Frame) -> None:
    names = list(body.parameters)
    dots = name.count(".")
    matched = [n for n in names if n.count(".") == dots and fnmatchcase(n, name)]
    for match in matched:
        value = attributes.member(body, match, inner, layer) if match in body.parameters else None
        if isinstance(value, Tensor):
            found.tensors.append((layer, value))
    if not matched:
        if name in body.members and body.members[name] is None:
            found.unknown = True
        elif isinstance(body.members.get(name), Choice):
            found.unknown = True
        else:
            found.computed = found.computed or dict(body.wrapped).get(name)
            found.stuck = found.stuck or (name, names)


def _walk(
    body: LayerBody, layer: Layer | None, parts: tuple[str, ...], found: Found, inner: Frame
) -> None:
    if not parts:
        # The path ends at a layer: `freeze` takes it, the others want a parameter of it.
        found.stuck = found.stuck or (body.decl.name, list(body.parameters))
        return
    if len(parts) == 1 or (body.wrapped and parts[0] == "parametrizations"):
        _parameter(body, layer, ".".join(parts), found, inner)
        return
    _into(_named_parts(body), parts, found, inner)


def _named_parts(body: LayerBody) -> dict[str, Value]:
    """What the first part of a path can name: children, members, layers passed in."""
    budget.spend(LISTED + len(body.children) // LISTED)
    parts: dict[str, Value] = dict(body.children)
    for name, value in body.members.items():
        # `*blocks` are children under their own numbers, but can be reached by the list's name too.
        parts.setdefault(name, value)
    for name, value in body.arguments.items():
        if any(True for _ in tree.layers_in(value)):
            parts.setdefault(name, value)
    return parts


def _into(children: dict[str, Value], parts: tuple[str, ...], found: Found, inner: Frame) -> None:
    budget.spend(len(children) // LISTED)
    matched = _matched(children, parts[0])
    if parts[0].isdigit() or "*" in parts[0]:
        # Layers of a list of symbolic length that was spread: their numbers are not known.
        spread = [
            v.element for k, v in children.items() if isinstance(v, RepeatValue) and k[0] == "*"
        ]
        matched = [v for v in matched if not isinstance(v, RepeatValue)] + spread
        found.unknown = found.unknown or bool(spread)
    if not matched:
        names = [name for name in children if not name.startswith("*")]
        found.stuck = found.stuck or (parts[0], names)
    seen: set[LayerBody] = set()
    for value in matched:
        if isinstance(value, Layer):
            # What is found in equal layers is the same.
            if value.body in seen:
                continue
            seen.add(value.body)
        _value(value, parts[1:], found, inner)


def _listed(items: tuple[Value, ...], part: str) -> dict[str, Value]:
    """The layers of a list by their numbers; the one alone that is meant, where one is."""
    number = int(part) if part.isdecimal() and len(part) < 7 else len(items)
    if number < len(items):
        return {str(number): items[number]}
    return {str(i): item for i, item in enumerate(items)}


def _matched(children: dict[str, Value], part: str) -> list[Value]:
    """What a part of a path means: `*` stands in it for any letters."""
    if "*" not in part:
        return [children[part]] if part in children else []
    budget.spend(len(children))
    return [v for k, v in children.items() if fnmatchcase(k, part)]


def _value(value: Value, parts: tuple[str, ...], found: Found, inner: Frame) -> None:
    match value:
        case Layer(body):
            _walk(body, value, parts, found, inner)
        case ListValue(items):
            _into(_listed(items, parts[0]), parts, found, inner)
        case DictValue():
            _into({str(k): item for k, item in value.items.items()}, parts, found, inner)
        case RepeatValue(element):
            if parts[0].isdigit() or "*" in parts[0]:
                _value(element, parts[1:], found, inner)
        case Unknown() | Choice() | None:
            found.unknown = True
            if isinstance(value, Choice):
                for option in value.options:
                    if option is not None:
                        _value(option, parts, found, inner)


def _missing(path: ast.Path, found: Found, what: str, inner: Frame) -> Diagnostic:
    assert found.stuck is not None
    part, names = found.stuck
    if _names_a_layer(path, inner):
        return error(
            "E0520",
            f"`{path.text}` is a layer, and `{what}` takes a parameter",
            path.span,
            f"this {what} would do nothing",
            help=f"name the parameter, such as `{path.text}.{names[0] if names else 'weight'}`",
        )
    if found.computed is not None:
        parts = [name for name in names if name.startswith(f"parametrizations.{part}.original")]
        layer = ".".join(path.parts[:-1])
        return error(
            "E0520",
            f"`{path.text}` is computed by `{found.computed}`, and no parameter",
            path.span,
            f"this {what} would do nothing",
            help=f"it is computed from {' and '.join(f'`{layer}.{name}`' for name in parts)}",
        )
    close = nearest(part, names)
    help = did_you_mean(close)
    if not close and names:
        help = "there is " + ", ".join(f"`{n}`" for n in names[:8])
    if part == path.parts[0] and not names:
        message = f"this module holds no {part} layer"
        if found.wrapped:
            message += " that is not wrapped"
            help = "wrapped layers have a class of their own: name them by their paths"
    else:
        message = f"`{path.text}` names nothing: there is no `{part}`"
    place = _part_place(path, part)
    return error(
        "E0520",
        message,
        path.span,
        f"this {what} would do nothing",
        help=help,
        fix=respell(place, close) if place is not None else None,
    )


def _part_place(path: ast.Path, part: str) -> Span | None:
    """Where a part of a path stands, if it stands there once and without blanks around dots."""
    if path.span.text != path.text or path.parts.count(part) != 1:
        return None
    before = path.parts[: path.parts.index(part)]
    start = path.span.start + sum(len(each) + 1 for each in before)
    return Span(path.span.source, start, start + len(part))


def _note(item: ast.Member, path: ast.Path, found: Found, what: str, inner: Frame) -> None:
    """A line must match in one pass at least."""
    recorder = inner.run.recorder
    if found.tensors or found.unknown or found.stuck is None:
        recorder.matched.add(item)
    else:
        recorder.unmatched.setdefault(item, _missing(path, found, what, inner))


def _applies(condition: ast.Expr | None, inner: Frame) -> bool:
    if condition is None:
        return True
    test = conditions.truth(evaluate(condition, inner), condition, inner)
    return conditions.settle_build(test, inner) is not False


def tie(item: ast.Tie, inner: Frame) -> None:
    """`tie target = origin`: both exist and have one shape."""
    if not _applies(item.condition, inner):
        inner.run.recorder.matched.add(item)
        return
    target, origin = find(item.target, inner), find(item.origin, inner)
    for path, found in ((item.target, target), (item.origin, origin)):
        if not found.tensors:
            _note(item, path, found, "tie", inner)
            return
    inner.run.recorder.matched.add(item)
    (owner, left), (other, right) = target.tensors[0], origin.tensors[0]
    world = inner.world
    if left.dims is None or right.dims is None:
        return
    same = len(left.dims) == len(right.dims) and all(
        world.compare(a, b) != "different" for a, b in zip(left.dims, right.dims, strict=True)
    )
    if not same:
        inner.report(
            error(
                "E0522",
                f"`{item.target.text}` is {world.show_shape(left.dims)}, but `{item.origin.text}` is "
                f"{world.show_shape(right.dims)}: one tensor cannot be both",
                item.span,
                others=(
                    Label(item.target.span, world.show_shape(left.dims)),
                    Label(item.origin.span, world.show_shape(right.dims)),
                ),
            )
        )
        return
    assert inner.body is not None
    if owner is not other or item.target.parts[-1] != item.origin.parts[-1]:
        inner.body.ties.append(left)


def init(item: ast.Init, inner: Frame) -> None:
    """`init path = value`: the path means something, and the value fits it."""
    if not _applies(item.condition, inner):
        inner.run.recorder.matched.add(item)
        return
    found = find(item.path, inner)
    _note(item, item.path, found, "init", inner)
    seen: set[object] = set()
    for _, tensor in found.tensors:
        if tensor.dims in seen:
            continue
        seen.add(tensor.dims)
        initialisers.check(item.value, tensor, item.path.text, inner)
        if len(seen) > 20:
            break
    if not found.tensors:
        initialisers.value_of(item.value, None, inner)


def freeze(item: ast.Freeze, inner: Frame) -> None:
    """`freeze path`: parameters, or all those of a layer."""
    if not _applies(item.condition, inner):
        inner.run.recorder.matched.add(item)
        return
    found = find(item.path, inner)
    if not found.tensors and found.stuck is not None and _names_a_layer(item.path, inner):
        inner.run.recorder.matched.add(item)
        return
    _note(item, item.path, found, "freeze", inner)


def _names_a_layer(path: ast.Path, inner: Frame) -> bool:
    probe = ast.Path(path.span, (*path.parts, "*"))
    found = find(probe, inner)
    return bool(found.tensors) or found.unknown or any(_layers_at(path.parts, inner))


def _layers_at(parts: tuple[str, ...], inner: Frame) -> Iterator[bool]:
    assert inner.body is not None
    level: list[Value] = [_named_parts(inner.body)]
    for part in parts:
        following: list[Value] = []
        for value in level:
            if isinstance(value, Layer):
                value = _named_parts(value.body)
            elif isinstance(value, ListValue):
                value = {str(i): v for i, v in enumerate(value.items)}
            elif isinstance(value, DictValue):
                value = {str(k): v for k, v in value.items.items()}
            elif isinstance(value, RepeatValue):
                value = {part: value.element}
            if isinstance(value, dict):
                following += _matched(value, part)
        level = following
    for value in level:
        yield isinstance(value, (Layer, ListValue, DictValue, RepeatValue))


def unmatched(
    recorded: dict[ast.Member, Diagnostic], matched: set[ast.Member]
) -> Iterator[Diagnostic]:
    """Lines that no pass could apply to anything."""
    for item, diagnostic in recorded.items():
        if item not in matched:
            yield diagnostic
