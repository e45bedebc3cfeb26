"""`init`, `tie` and `freeze` lines."""

from __future__ import annotations

import ast as py
import re
from collections.abc import Iterator, Sequence

from nnspec.ir import build, expressions, parameters, paths
from nnspec.ir.context import Frame
from nnspec.semantics.values import Layer, LayerType, Value
from nnspec.syntax import ast

# Initialisers that draw no random numbers: lines with these may share a loop with another line.
STILL = frozenset({"zeros", "ones", "constant", "eye", "dirac"})


def init_lines(lines: Sequence[ast.Init], frame: Frame, root: Value) -> list[py.stmt]:
    """Statements for `init` lines, in order.

    root: the layer in which paths begin, where it is not the class's own.
    """
    result: list[py.stmt] = []
    loop: py.If | None = None
    loop_type = ""
    loop_draws = False
    for line in lines:
        kind = paths.layer_type(line.path, frame)
        if kind is None or paths.is_pattern(kind[1]):
            made = list(_by_path(line, frame, root))
            loop = None
        else:
            type, rest, known = kind
            variable = "module" if loop is not None else _variable("module", frame)
            body = list(
                _on(line, _below(variable, rest), paths.may_be_absent(known, rest[-1]), frame)
            )
            draws = not _is_still(line, frame)
            # Random numbers are drawn line by line: only one line of a loop may draw any.
            if loop is not None and loop_type == py.dump(type) and not (draws and loop_draws):
                loop.body.extend(_conditional(line, body, frame))
                loop_draws = loop_draws or draws
                continue
            loop, statement = _loop(variable, type, _conditional(line, body, frame), frame)
            loop_type, loop_draws = py.dump(type), draws
            result.append(build.at(statement, line.span))
            continue
        result.extend(build.at(s, line.span) for s in _conditional(line, made, frame))
    for statement in result:
        _flatten(statement)
    return result


def _flatten(statement: py.stmt) -> None:
    """One condition in a loop, where nothing but a second one hangs on the first."""
    match statement:
        case py.For(body=[py.If(test, [py.If(inner, inside, [])], []) as outer]):
            outer.test = py.BoolOp(py.And(), [test, inner])
            outer.body = inside


def _variable(wanted: str, frame: Frame) -> str:
    if wanted not in frame.locals:
        frame.locals[wanted] = wanted
    return wanted


def _loop(variable: str, type: py.expr, body: list[py.stmt], frame: Frame) -> tuple[py.If, py.stmt]:
    """`for module in self.modules(): if type(module) is nn.Linear: ...`."""
    names = frame.file.names
    test = py.Compare(build.call(names.builtin("type"), [build.name(variable)]), [py.Is()], [type])
    inside = py.If(test, body, [])
    modules = build.call(build.attribute(build.name(frame.root), "modules"))
    return inside, py.For(build.stored(variable), modules, [inside], [])


def _below(variable: str, rest: tuple[str, ...]) -> py.expr:
    if len(rest) == 1:
        return build.attribute(build.name(variable), rest[0])
    getter = build.attribute(build.name(variable), "get_parameter")
    return build.call(getter, [py.Constant(".".join(rest))])


def _on(line: ast.Init, target: py.expr, absent: bool, frame: Frame) -> Iterator[py.stmt]:
    """Fill one parameter, if it is there."""
    made = [build.at(statement, line.span) for statement in fill(target, line.value, frame)]
    if absent:
        test = py.Compare(target, [py.IsNot()], [py.Constant(None)])
        made = [build.at(py.If(test, made, []), line.span)]
    yield from made


def _conditional(
    line: ast.Init | ast.Tie | ast.Freeze, body: list[py.stmt], frame: Frame
) -> list[py.stmt]:
    """The body where the line's condition holds, and the layers that it names are there."""
    tests: list[py.expr] = []
    known = [paths.optional_member(path.parts, frame) for path in _paths(line)]
    layers = {member.name: member for member in known if member is not None}
    told = line.condition
    for member in layers.values():
        there = member.value
        assert isinstance(there, ast.Conditional)
        if told is not None and _same_words(told, there.test):
            told = None
        here = build.attribute(build.name(frame.root), member.name)
        tests.append(py.Compare(here, [py.IsNot()], [py.Constant(None)]))
    if told is not None:
        tests.insert(0, expressions.expression(told, frame))
    if not tests:
        return body
    match body:
        case [py.If(inner, inside, [])]:
            tests, body = [*tests, inner], inside
    test = tests[0] if len(tests) == 1 else py.BoolOp(py.And(), tests)
    return [build.at(py.If(test, body, []), line.span)]


def _paths(line: ast.Init | ast.Tie | ast.Freeze) -> list[ast.Path]:
    return [line.target, line.origin] if isinstance(line, ast.Tie) else [line.path]


def _same_words(one: ast.Expr, other: ast.Expr) -> bool:
    return one.span.text.split() == other.span.text.split()


def _is_still(line: ast.Init, frame: Frame) -> bool:
    filler = parameters.filling(line.value, frame)
    return filler is not None and isinstance(filler[0], str) and filler[0] in STILL


def _by_path(line: ast.Init, frame: Frame, root: Value) -> Iterator[py.stmt]:
    path = line.path.parts
    repeated = paths.over_list(path, frame)
    if repeated is not None:
        yield _repeat(line, repeated, frame)
        return
    if paths.is_pattern(path):
        body = list(_on(line, build.name("parameter"), False, frame))
        yield _search(line.path, body, frame)
        return
    if may_lack(path, frame, root):
        yield from _on(line, paths.indexed(path, frame), True, frame)
    else:
        yield from _on(line, paths.parameter(path, frame, root), False, frame)


def _repeat(line: ast.Init, at: int, frame: Frame) -> py.stmt:
    """A line for all the layers of a list: `for i in range(len(self.h)): ...`."""
    path = line.path.parts
    i = frame.fresh("i")
    name = py.JoinedStr(
        [
            py.Constant(".".join(path[:at]) + "."),
            py.FormattedValue(build.name(i), -1, None),
            py.Constant("." + ".".join(path[at + 1 :])),
        ]
    )
    layers = build.attribute(build.name(frame.root), *path[:at])
    names = frame.file.names
    count = build.call(names.builtin("range"), [build.call(names.builtin("len"), [layers])])
    target = build.call(build.attribute(build.name(frame.root), "get_parameter"), [name])
    return py.For(build.stored(i), count, list(_on(line, target, False, frame)), [])


def may_lack(path: tuple[str, ...], frame: Frame, root: Value) -> bool:
    """Whether the parameter at a path may be None in some of the module's instances."""
    if len(path) == 1:
        for member in frame.module.decl.body if frame.module is not None else ():
            if isinstance(member, ast.ParamDecl) and member.name == path[0]:
                return member.condition is not None
        return False
    layer = paths.first_step(frame, root)(path[0])
    for part in path[1:-1]:
        layer = layer.body.children.get(part) if isinstance(layer, Layer) else None
    if not isinstance(layer, Layer):
        return False
    kind = LayerType(layer.body.decl, layer.body.scope)
    if not paths.may_be_absent(kind, path[-1]):
        return False
    # What the maker says about it decides, if it is a plain True.
    if len(path) == 2 and frame.module is not None:
        call = next(
            (
                member.value
                for member in frame.module.decl.body
                if isinstance(member, ast.Submodule) and member.name == path[0]
            ),
            None,
        )
        if isinstance(call, ast.Call):
            told = [a for a in call.args if a.name == path[-1]]
            plain = sum(1 for a in call.args if a.name is None)
            order = [p.name for p in layer.body.decl.signature.params]
            by_place = path[-1] in order and order.index(path[-1]) < plain
            if not told and not by_place:
                return False
            return not all(
                isinstance(a.value, ast.Constant) and a.value.value is True for a in told
            )
    return False


def _search(path: ast.Path, body: list[py.stmt], frame: Frame, below: bool = False) -> py.stmt:
    """Go through the named parameters for those that a pattern matches."""
    _variable("name", frame)
    _variable("parameter", frame)
    expression = paths.pattern(path.parts, below)
    tied = frame.module is not None and any(
        isinstance(member, ast.Tie) and re.fullmatch(expression, member.target.text)
        for member in frame.module.decl.body
    )
    keywords = [("remove_duplicate", py.Constant(False))] if tied else []
    named = build.attribute(build.name(frame.root), "named_parameters")
    test = build.call(
        build.attribute(frame.file.names.root("re"), "fullmatch"),
        [py.Constant(expression), build.name("name")],
    )
    target = py.Tuple([build.stored("name"), build.stored("parameter")], py.Store())
    return py.For(target, build.call(named, [], keywords), [py.If(test, body, [])], [])


def fill(target: py.expr, value: ast.Expr, frame: Frame) -> Iterator[py.stmt]:
    """Give a parameter its values in place."""
    names = frame.file.names
    filler = parameters.filling(value, frame)
    if filler is not None:
        function, args, keywords = filler
        if isinstance(function, str):
            name = parameters.CREATED.get(function, f"{function}_")
            torch_init = build.attribute(names.root("nn"), "init", name)
            yield build.do(build.call(torch_init, [target, *args], keywords))
            return
        made: py.expr = build.at(build.call(function, [target, *args], keywords), value.span)
    else:
        made = expressions.expression(value, frame)
    copy = build.do(build.call(build.attribute(target, "copy_"), [made]))
    no_grad = build.call(build.attribute(names.root("torch"), "no_grad"))
    yield py.With([py.withitem(no_grad)], [build.at(copy, value.span)])


def tie(line: ast.Tie, frame: Frame, root: Value) -> list[py.stmt]:
    """`self.head.weight = self.tok.weight`."""
    target = paths.target(line.target.parts, frame, root)
    origin = paths.parameter(line.origin.parts, frame, root)
    made = build.at(build.assign(target, origin), line.span)
    return _conditional(line, [made], frame)


def freeze(line: ast.Freeze, frame: Frame, root: Value) -> list[py.stmt]:
    """`self.embed.weight.requires_grad_(False)`, of a parameter or of all in a module."""
    path = line.path.parts
    kind = paths.layer_type(line.path, frame)

    def stop(target: py.expr) -> py.stmt:
        method = build.attribute(target, "requires_grad_")
        return build.at(build.do(build.call(method, [py.Constant(False)])), line.span)

    if kind is not None:
        type, rest, known = kind
        variable = _variable("module", frame)
        body = stop(_below(variable, rest))
        if paths.may_be_absent(known, rest[-1]):
            test = py.Compare(_below(variable, rest), [py.IsNot()], [py.Constant(None)])
            body = py.If(test, [body], [])
        made: py.stmt = _loop(variable, type, [body], frame)[1]
    elif paths.is_pattern(path):
        made = _search(line.path, [stop(build.name("parameter"))], frame, below=True)
    else:
        made = stop(paths.indexed(path, frame))
        if may_lack(path, frame, root):
            test = py.Compare(paths.indexed(path, frame), [py.IsNot()], [py.Constant(None)])
            made = py.If(test, [made], [])
    _flatten(made)
    return _conditional(line, [build.at(made, line.span)], frame)
