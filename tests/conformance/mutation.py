"""Changes of a call, as people make mistakes: sizes, ranks, dtypes, axes, arguments left out, added or given otherwise."""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

from nnspec.syntax import ast as spec
from tests.conformance import tables

WORDS = (
    "mean sum none batchmean reflect replicate circular constant bilinear nearest bicubic linear area trilinear "
    "nearest-exact zeros border reflection same valid tanh prod amax amin trunc floor ij xy fro nuc left right "
    "reduced complete r ortho backward forward max lower higher midpoint L U sideways"
).split()
_SIZES = ["0", "1", "2", "3", "4", "5", "7"]
_INTS = [-4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 100]


class Site:
    """An expression of a call that may be changed: where it stands in what holds it."""

    def __init__(self, holder: Any, key: str, at: int | None) -> None:
        self.holder, self.key, self.at = holder, key, at

    @property
    def node(self) -> Any:
        """What stands there."""
        found = getattr(self.holder, self.key)
        return found if self.at is None else found[self.at]

    @property
    def is_first(self) -> bool:
        """Whether it is the tensor whose method is called, or that is indexed."""
        return self.key == "value" and not isinstance(self.holder, ast.keyword)

    def put(self, text: str) -> None:
        """Put another expression there."""
        self._put(ast.parse(text, mode="eval").body)

    def _put(self, node: Any) -> None:
        if self.at is None:
            setattr(self.holder, self.key, node)
        else:
            getattr(self.holder, self.key)[self.at] = node


def mutated(node: ast.expr, draw: random.Random) -> ast.expr:
    """The call with one to three changes, most often one."""
    changed = copy.deepcopy(node)
    for _ in range(draw.choice([1, 1, 1, 2, 2, 3])):
        _change(changed, draw)
    return changed


def _change(node: ast.expr, draw: random.Random) -> None:
    ways: list[tuple[Callable[[Any, random.Random], None], Any]] = []
    for site in _sites(node):
        for way in _ways(site):
            ways.append((way, site))
    call = node if isinstance(node, ast.Call) else None
    if call is not None:
        ways += [(_add, call)] * 4 + [
            (_leave_out, call),
            (_by_name, call),
            (_by_place, call),
            (_swap, call),
        ]
    if ways:
        way, at = draw.choice(ways)
        way(at, draw)


def _sites(node: Any) -> Iterator[Site]:
    """All expressions of a call but for names of functions; a tensor and a negative number are one each."""
    if isinstance(node, ast.UnaryOp):
        return
    for key, value in ast.iter_fields(node):
        if key == "func":
            if isinstance(value, ast.Attribute) and not isinstance(value.value, ast.Name):
                yield Site(value, "value", None)
                if not _is_maker(value.value):
                    yield from _sites(value.value)
            elif isinstance(value, ast.Call):
                yield from _sites(value)
            continue
        several = value if isinstance(value, list) else [value]
        for at, each in enumerate(several):
            if isinstance(each, ast.keyword):
                yield Site(each, "value", None)
                if not _is_maker(each.value):
                    yield from _sites(each.value)
            elif isinstance(each, ast.expr):
                yield Site(node, key, at if isinstance(value, list) else None)
                if not _is_maker(each):
                    yield from _sites(each)


def _is_maker(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in tables.MAKERS
    )


def _ways(site: Site) -> list[Callable[[Site, random.Random], None]]:
    node = site.node
    # A tensor among the numbers of a tuple is read with `.item()`: nobody writes that.
    alone = [] if isinstance(site.holder, (ast.Tuple, ast.List)) else [_to_tensor]
    if _is_maker(node):
        return [_size, _size, _rank, _dtype, _dtype] + ([] if site.is_first else [_to_number])
    match node:
        case ast.Constant(bool()):
            return [_flip, _none]
        case ast.Constant(int()) | ast.UnaryOp(ast.USub(), ast.Constant(int())):
            return [_int, _int, _int_to_tuple, _to_float, _none, *alone]
        case ast.Constant(float()) | ast.UnaryOp():
            return [_float, _none, *alone]
        case ast.Constant(str()):
            return [_word, _none]
        case ast.Constant(None):
            return [_int, *alone]
        case ast.Tuple() | ast.List():
            return [_items, _items, _other_brackets]
        case ast.Name(name) if name in (
            "float32",
            "float64",
            "float16",
            "int64",
            "bool",
            "complex64",
            "int32",
        ):
            return [_dtype_name]
    return []


def _size(site: Site, draw: random.Random) -> None:
    sizes = site.node.args
    if not sizes:
        sizes.append(ast.Constant(draw.choice([1, 2, 3])))
        return
    at = draw.randrange(len(sizes))
    old = sizes[at].value if isinstance(sizes[at], ast.Constant) else 2
    sizes[at] = ast.Constant(draw.choice([max(old - 1, 0), old + 1, 1, 2 * old, old + 3]))


def _rank(site: Site, draw: random.Random) -> None:
    sizes = site.node.args
    if sizes and draw.random() < 0.5:
        del sizes[draw.randrange(len(sizes))]
    else:
        sizes.insert(draw.randint(0, len(sizes)), ast.Constant(draw.choice([1, 2, 3])))


def _dtype(site: Site, draw: random.Random) -> None:
    site.node.func.id = draw.choice(sorted(tables.MAKERS))


def _to_number(site: Site, draw: random.Random) -> None:
    site.put(draw.choice(["2", "0.5", "True", "f()", "i()", "None"]))


def _to_tensor(site: Site, draw: random.Random) -> None:
    site.put(draw.choice(["f()", "i()", "f(1)", "i(2)", "f(2, 3)"]))


def _flip(site: Site, draw: random.Random) -> None:
    site.put(str(not site.node.value))


def _none(site: Site, draw: random.Random) -> None:
    site.put("None")


def _int(site: Site, draw: random.Random) -> None:
    try:
        old = int(ast.literal_eval(site.node) or 0)
    except ValueError:
        old = 0
    site.put(str(draw.choice([old + 1, old - 1, -old, old + 2, draw.choice(_INTS)])))


def _int_to_tuple(site: Site, draw: random.Random) -> None:
    old = ast.unparse(site.node)
    site.put(
        draw.choice([f"({old},)", f"({old}, {old})", f"[{old}, {old}]", f"({old}, 1, {old})", "()"])
    )


def _to_float(site: Site, draw: random.Random) -> None:
    site.put(draw.choice(["0.5", "1.0", "-2.0"]))


def _float(site: Site, draw: random.Random) -> None:
    site.put(draw.choice(["0", "1", "2", "-1.0", "0.25", "3.5", "True"]))


def _word(site: Site, draw: random.Random) -> None:
    site.put(repr(draw.choice(WORDS)))


def _items(site: Site, draw: random.Random) -> None:
    items = site.node.elts
    if items and draw.random() < 0.5:
        del items[draw.randrange(len(items))]
    elif items and draw.random() < 0.7:
        items.insert(draw.randint(0, len(items)), copy.deepcopy(draw.choice(items)))
    elif len(items) == 1 or (items and draw.random() < 0.5):
        site._put(items[0])
    else:
        items.append(ast.Constant(draw.choice([0, 1, 2])))


def _other_brackets(site: Site, draw: random.Random) -> None:
    if any(isinstance(item, ast.Slice) for item in site.node.elts):
        return
    other = ast.List if isinstance(site.node, ast.Tuple) else ast.Tuple
    site._put(other(site.node.elts, ast.Load()))


def _dtype_name(site: Site, draw: random.Random) -> None:
    site.put(
        draw.choice(
            ["float32", "float64", "float16", "int64", "bool", "complex64", "int32", "None"]
        )
    )


# --- arguments ---------------------------------------------------------------------------------------


def _parameters(call: ast.Call, draw: random.Random) -> list[spec.Param]:
    """The parameters of one declaration that the call may mean, but for the tensor whose method it is."""
    declared = tables.declarations(call)
    if not declared:
        return []
    params = list(draw.choice(declared).signature.params)
    func = call.func
    method = isinstance(func, ast.Attribute) and not (
        isinstance(func.value, ast.Name) and func.value.id in tables.NAMESPACES
    )
    return params[1:] if method else params


def _add(call: ast.Call, draw: random.Random) -> None:
    if not tables.declarations(call):
        return
    params = _parameters(call, draw)
    given = {k.arg for k in call.keywords} | {p.name for p in params[: len(call.args)]}
    free = [p for p in params if p.name not in given and p.kind != "double"]
    if not free:
        call.args.append(ast.Constant(draw.choice([0, 1, None])))
        return
    param = draw.choice(free)
    text = plausible(param, call, draw)
    if param.kind != "keyword" and param is free[0] and draw.random() < 0.4:
        call.args.append(ast.parse(text, mode="eval").body)
    else:
        call.keywords.append(ast.keyword(param.name, ast.parse(text, mode="eval").body))


def _leave_out(call: ast.Call, draw: random.Random) -> None:
    if call.keywords and draw.random() < 0.6:
        del call.keywords[draw.randrange(len(call.keywords))]
    elif call.args:
        del call.args[draw.randrange(len(call.args))]


def _by_name(call: ast.Call, draw: random.Random) -> None:
    params = _parameters(call, draw)
    given = {k.arg for k in call.keywords}
    if call.args and len(call.args) <= len(params) and params[len(call.args) - 1].name not in given:
        param = params[len(call.args) - 1]
        call.keywords.append(ast.keyword(param.name, call.args.pop()))


def _by_place(call: ast.Call, draw: random.Random) -> None:
    params = _parameters(call, draw)
    if len(call.args) >= len(params):
        return
    wanted = params[len(call.args)].name
    for at, keyword in enumerate(call.keywords):
        if keyword.arg == wanted:
            call.args.append(call.keywords.pop(at).value)
            return


def _swap(call: ast.Call, draw: random.Random) -> None:
    if len(call.args) > 1 and not (
        isinstance(call.func, ast.Name) and call.func.id in tables.MAKERS
    ):
        at = draw.randrange(len(call.args) - 1)
        call.args[at], call.args[at + 1] = call.args[at + 1], call.args[at]


def plausible(param: spec.Param, call: ast.Call, draw: random.Random) -> str:
    """A value of the parameter's type, as text."""
    if param.type is None:
        return "1"
    return _of_type(param.type, call, draw)


def _of_type(type_: spec.TypeExpr, call: ast.Call, draw: random.Random) -> str:
    match type_:
        case spec.OptionalType(inner):
            return "None" if draw.random() < 0.15 else _of_type(inner, call, draw)
        case spec.UnionType(options):
            return _of_type(draw.choice(options), call, draw)
        case spec.LiteralType(value):
            return repr(value)
        case spec.TupleType(items, repeated):
            count = draw.choice([0, 1, 2, 2, 3]) if repeated else len(items)
            parts = [_of_type(items[0 if repeated else n].type, call, draw) for n in range(count)]
            return "(" + "".join(p + ", " for p in parts) + ")"
        case spec.ListType(element):
            return "[" + ", ".join(_of_type(element, call, draw) for _ in range(2)) + "]"
        case spec.TensorType(dtype):
            return _tensor(call, draw, dtype)
        case spec.NamedType(name):
            match name:
                case "int":
                    return str(draw.choice([-3, -2, -1, 0, 0, 1, 1, 2, 3, 4]))
                case "float":
                    return draw.choice(["0.5", "0.0", "1.0", "2", "-1.0"])
                case "number":
                    return draw.choice(["2", "0.5", "-1", "True"])
                case "bool":
                    return draw.choice(["True", "False"])
                case "str":
                    return repr(draw.choice(WORDS))
                case "dtype":
                    return draw.choice(
                        "float32 float64 float16 bfloat16 int64 int32 bool complex64".split()
                    )
                case "device":
                    return "'cpu'"
                case "tensor":
                    return _tensor(call, draw, None)
                case "any":
                    return draw.choice(["1", "[1, 2]", "f(2)"])
    return "None"


def _tensor(call: ast.Call, draw: random.Random, dtype: str | None) -> str:
    """One of the call's tensors again, with some of its axes."""
    makers = [n for n in ast.walk(call) if isinstance(n, ast.Call) and _is_maker(n)]
    if not makers:
        return "f(2, 3)"
    maker = draw.choice(makers)
    sizes = [ast.unparse(a) for a in maker.args]
    match draw.choice(["all", "all", "all", "last", "first", "none"]):
        case "last":
            sizes = sizes[-1:]
        case "first":
            sizes = sizes[:1]
        case "none":
            sizes = []
    assert isinstance(maker.func, ast.Name)
    letter = {"int64": "i", "int32": "s", "bool": "b"}.get(dtype or "", maker.func.id)
    return f"{letter}({', '.join(sizes)})"
