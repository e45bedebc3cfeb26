"""`rearrange`, `reduce`, `repeat` in einops notation: `"b (h w) c -> b c h w"`.

Axes have names, `1` is an axis of size 1, parentheses make one axis of several, `...` stands for any
number of axes. Sizes that do not follow from the input are given by keyword, as `axes` of the call.
"""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes
from nnspec.semantics.rules.arguments import Dims, is_size, product, unknown
from nnspec.semantics.rules.shape import cancel, split_exactly
from nnspec.semantics.values import (
    ERROR,
    DictValue,
    DimLike,
    ErrorValue,
    ListValue,
    RepeatValue,
    Tensor,
    TupleValue,
    Value,
)

DOTS = "..."
# One axis of the tensor: the names that it is composed of.
Group = list[str]


def parse(pattern: str) -> tuple[list[Group], list[Group]] | str:
    """The axes on both sides of the arrow, or what is wrong with the pattern."""
    sides = pattern.split("->")
    if len(sides) != 2:
        return "it has one `->`, between the axes before and the axes after"
    both: list[list[Group]] = []
    for side in sides:
        groups = _groups(side)
        if isinstance(groups, str):
            return groups
        names = [n for group in groups for n in group if not n.isdigit()]
        for name in names:
            if names.count(name) > 1:
                return f"`{name}` stands twice on one side"
        both.append(groups)
    return both[0], both[1]


def _groups(side: str) -> list[Group] | str:
    groups: list[Group] = []
    inside: Group | None = None
    for token in side.replace("(", " ( ").replace(")", " ) ").replace("…", DOTS).split():
        if token == "(":
            if inside is not None:
                return "parentheses do not nest"
            inside = []
        elif token == ")":
            if inside is None:
                return "a `)` without its `(`"
            # In parentheses even `...` alone is one axis.
            groups.append([*inside, "1"] if inside == [DOTS] else inside)
            inside = None
        elif token != DOTS and not token.isdigit() and not token.isidentifier():
            return f"`{token}` is no name of an axis"
        elif token[0] == "_" or token[-1] == "_":
            return f"`{token}`: the name of an axis neither begins nor ends with `_`"
        elif inside is not None:
            inside.append(token)
        else:
            groups.append([token])
    return "a `(` without its `)`" if inside is not None else groups


def rearrange(call: RuleCall) -> Value:
    """`rearrange(x, pattern, **sizes)`: the same axes on both sides, in another order and grouping."""
    return _apply(call, "rearrange")


def reduce(call: RuleCall) -> Value:
    """`reduce(x, pattern, reduction, **sizes)`: axes that are missing on the right are reduced."""
    return _apply(call, "reduce")


def repeat_pattern(call: RuleCall) -> Value:
    """`repeat(x, pattern, **sizes)`: axes that are new on the right are repeated."""
    return _apply(call, "repeat")


def _input(call: RuleCall) -> Tensor | ErrorValue:
    """The tensor; a list of tensors counts as stacked along a new first axis."""
    value = call.arguments["tensor"]
    if isinstance(value, RepeatValue) and isinstance(value.element, Tensor):
        x = value.element
        return Tensor(x.dtype, None if x.dims is None else (value.count, *x.dims))
    if isinstance(value, (ListValue, TupleValue)):
        from nnspec.semantics.rules.joining import stack

        values = {"tensors": value, "dim": 0}
        stacked = stack(RuleCall(call.world, call.decl, call.name, call.span, values, call.spans))
        return stacked if isinstance(stacked, (Tensor, ErrorValue)) else unknown()
    return value if isinstance(value, Tensor) else unknown()


def _apply(call: RuleCall, kind: str) -> Value:
    x = _input(call)
    if isinstance(x, ErrorValue):
        return x
    pattern = call.arguments["pattern"]
    written = not call.given("pattern") or call.where("pattern").text.endswith(("'", '"'))
    if not isinstance(pattern, str) or not written:
        return call.fail(
            "E0309", f"the pattern of `{kind}` stands in the call, as a string", "pattern"
        )
    parsed = parse(pattern)
    if isinstance(parsed, str):
        return call.fail("E0309", f'"{pattern}" is no pattern: {parsed}', "pattern")
    before, after = parsed
    given = call.arguments.get("axes")
    sizes = [str(name) for name in given.items] if isinstance(given, DictValue) else []
    problem = _names_problem(before, after, kind, sizes)
    if problem is not None:
        message = f'"{pattern}": {problem}'
        return call.fail("E0309", message, "pattern", help=_hint(before, after))
    dtype = _dtype(call, x, kind)
    if isinstance(dtype, ErrorValue):
        return dtype
    if x.dims is None:
        return unknown(dtype)
    found = _sizes(call, x, before, after, pattern)
    if found is None:
        return ERROR
    named, dots = found
    dims: list[DimLike] = []
    for group in after:
        if group == [DOTS]:
            dims.extend(dots)
            continue
        parts: list[DimLike] = []
        for name in group:
            parts.extend(dots if name == DOTS else (named[name],))
        dims.append(product(call.world, parts))
    return Tensor(dtype, tuple(dims))


def _dtype(call: RuleCall, x: Tensor, kind: str) -> str | None | ErrorValue:
    if kind != "reduce":
        return x.dtype
    reduction = call.arguments["reduction"]
    if reduction == "mean" and dtypes.is_integral(x.dtype):
        return call.fail("E0303", f"the {reduction} of {x.dtype} is not defined", "tensor")
    if reduction in ("mean", "min", "max") and dtypes.is_complex(x.dtype):
        return call.fail(
            "E0303",
            f"the {reduction} of complex numbers is not defined",
            "tensor",
            f"this is {x.dtype}",
        )
    if reduction in ("any", "all"):
        return "bool"
    if reduction in ("sum", "prod") and dtypes.is_integral(x.dtype):
        return "int64"
    return x.dtype


def _hint(before: list[Group], after: list[Group]) -> str | None:
    """What `bchw -> bhwc`, or a number among the axes, was meant to be."""
    sides = [side[0][0] for side in (before, after) if len(side) == 1 and len(side[0]) == 1]
    if len(sides) == 2 and sorted(sides[0]) == sorted(sides[1]) and len(sides[0]) > 1:
        spaced = " -> ".join(" ".join(side) for side in sides)
        return f'spaces stand between axes: "{spaced}"'
    numbers = [name for group in before for name in group if name.isdigit() and name != "1"]
    if numbers:
        return f"give it a name, and its size by keyword: `p={numbers[0]}`"
    return None


def _flat(groups: list[Group]) -> set[str]:
    return {name for group in groups for name in group if name != "1"}


def _names_problem(
    before: list[Group], after: list[Group], kind: str, sizes: list[str]
) -> str | None:
    left, right = _flat(before), _flat(after)
    unused = [name for name in sizes if name not in left | right]
    if unused:
        return f"a size is given for `{unused[0]}`, which is no axis of it"
    for name in sorted(left if kind != "reduce" else ()):
        if name.isdigit():
            return f"`{name}` on the left: an axis there has a name, or is `1`"
    for name in sorted(right if kind != "repeat" else ()):
        if name.isdigit():
            return f"`{name}` on the right: an axis there has a name, or is `1`"
    if [DOTS] not in before and DOTS in left:
        return "`...` on the left stands outside parentheses"
    new = sorted(n for n in right - left if kind != "repeat" or n == DOTS)
    if new:
        return f"`{new[0]}` stands on the right alone"
    gone = sorted(left - right)
    if gone and kind != "reduce":
        hint = "; `reduce` takes axes away" if kind == "rearrange" else ""
        return f"`{gone[0]}` stands on the left alone{hint}"
    return None


def _sizes(
    call: RuleCall, x: Tensor, before: list[Group], after: list[Group], pattern: str
) -> tuple[dict[str, DimLike], Dims] | None:
    """The size of every name, and the axes that `...` stands for; None where a mistake was reported."""
    assert x.dims is not None
    given = call.arguments.get("axes")
    named: dict[str, DimLike] = {"1": 1}
    for name, size in (given.items if isinstance(given, DictValue) else {}).items():
        if is_size(size):
            named[str(name)] = size
    for name in _flat(before) | _flat(after):
        if name.isdigit():
            named[name] = int(name)
    for name, size in named.items():
        if isinstance(size, int) and size < (1 if name.isdigit() else 0):
            message = f'"{pattern}": `{name}` is given the size {size}'
            call.fail("E0309", message, "pattern", help="a size is 1 or more")
            return None
    at_dots = next((i for i, group in enumerate(before) if group == [DOTS]), None)
    extra = len(x.dims) - len(before) + (at_dots is not None)
    if extra < 0 or (extra and at_dots is None):
        shown = pattern.split("->")[0].strip()
        call.fail(
            "E0309",
            f'"{pattern}": `{shown}` has {len(before)} axes, but the tensor is {call.show(x)}',
            "pattern",
        )
        return None
    dots: Dims = () if at_dots is None else x.dims[at_dots : at_dots + extra]
    axis = 0
    for group in before:
        if group == [DOTS]:
            axis += extra
            continue
        if not _solve(call, x, axis, group, named, pattern):
            return None
        axis += 1
    missing = sorted(n for n in _flat(before) | _flat(after) if n not in named and n != DOTS)
    if missing:
        call.fail(
            "E0309",
            f'"{pattern}": the size of `{missing[0]}` is not known',
            "pattern",
            help=f"give it by keyword: `{missing[0]}=...`",
        )
        return None
    return named, dots


def _solve(
    call: RuleCall, x: Tensor, axis: int, group: Group, named: dict[str, DimLike], pattern: str
) -> bool:
    """Give the one open name of an axis its size, or compare the sizes where all are known."""
    assert x.dims is not None
    size = x.dims[axis]
    open_names = [name for name in group if name not in named]
    known = [named[name] for name in group if name in named]
    shown = " ".join(group) if len(group) == 1 else "(" + " ".join(group) + ")"
    have, want = cancel(call, (size,), known)
    total, rest = product(call.world, have), product(call.world, want)
    if not open_names:
        return call.agree(
            total,
            rest,
            f'"{pattern}": `{shown}` is {call.show(product(call.world, known))}, but axis {axis} of '
            f"{call.show(x)} is {call.show(size)}",
            "pattern",
            others=arguments.came_from(x, axis),
        )
    if len(open_names) > 1:
        call.fail(
            "E0309",
            f'"{pattern}": axis {axis} splits into `{shown}`, of which more than one size is open',
            "pattern",
            help=f"give all but one by keyword: `{open_names[0]}=...`",
        )
        return False
    found = split_exactly(
        call,
        total,
        rest,
        f'"{pattern}": axis {axis} of {call.show(x)} does not split into `{shown}`: '
        f"{call.show(size)} is not a multiple of {call.show(product(call.world, known))}",
        "E0309",
        "pattern",
    )
    if found is None:
        return False
    named[open_names[0]] = found
    return True
