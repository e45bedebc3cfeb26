"""Arguments to parameters: by position, by name, defaults."""

from __future__ import annotations

from collections.abc import Iterable

from nnspec.diagnostics.diagnostic import Fix, Label
from nnspec.diagnostics.spelling import did_you_mean, respell
from nnspec.diagnostics.suggest import nearest, sharing
from nnspec.record import Record
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.values import DictValue, ListValue, TupleValue, Value
from nnspec.semantics.world import error
from nnspec.source import Span
from nnspec.syntax import ast


class Given(Record):
    """An argument of a call, evaluated."""

    name: str | None
    value: Value
    span: Span

    def __init__(self, name: str | None, value: Value, span: Span) -> None:
        # Of these there is one for every argument of every call.
        put = object.__setattr__
        put(self, "name", name)
        put(self, "value", value)
        put(self, "span", span)

    @property
    def place(self) -> Span:
        """Where the argument's name stands, or its value where it has none."""
        if self.name is None:
            return self.span
        text, end = self.span.source.text, self.span.start
        start = text.rfind(self.name, 0, end)
        if start < 0 or text[start + len(self.name) : end].strip() != "=":
            return self.span
        return Span(self.span.source, start, start + len(self.name))


class Bound(Record):
    """Values by parameter, and the places of those that the user wrote."""

    values: dict[str, Value]
    spans: dict[str, Span]

    def __init__(self, values: dict[str, Value], spans: dict[str, Span]) -> None:
        # Every call makes one or two.
        put = object.__setattr__
        put(self, "values", values)
        put(self, "spans", spans)


class Misfit(Record):
    """Why arguments do not fit a signature."""

    code: str
    message: str
    span: Span
    help: str | None = None
    others: tuple[Label, ...] = ()
    fix: Fix | None = None


# What other libraries call an argument, and torch's word for it.
FOREIGN = {
    "axis": "dim",
    "units": "out_features",
    "filters": "out_channels",
    "rate": "p",
    "ddof": "correction",
    "reverse": "descending",
}

# Parameters that take any number of arguments, and how they are marked.
SEVERAL = {"star": "*", "double": "**"}

LITERALS = (ast.Number, ast.String, ast.Constant)


def bind(
    signature: ast.Signature,
    given: list[Given],
    name: str,
    span: Span,
    whole: bool = False,
    method: bool = False,
) -> Bound | Misfit:
    """Give each argument to its parameter; defaults are filled in by `fill`.

    whole: what `*size` takes may be given as one list under its name.
    method: the first argument stands before the dot, and no message counts it.
    """
    params = signature.params
    values: dict[str, Value] = {}
    spans: dict[str, Span] = {}
    positional: list[ast.Param] = []
    star = double = None
    for param in params:
        if param.kind == "plain":
            positional.append(param)
        elif param.kind == "star":
            star = param
        elif param.kind == "double":
            double = param
    named: dict[Value, Value] = {}
    extra: list[Given] = []
    at = 0
    for argument in given:
        if argument.name is None:
            if at < len(positional):
                param = positional[at]
                if param.name in values:
                    return Misfit(
                        "E0403", f"`{param.name}` of `{name}` is given twice", argument.span
                    )
                values[param.name], spans[param.name] = argument.value, argument.span
                at += 1
            elif star is not None:
                extra.append(argument)
            else:
                return _too_many(signature, given, name, argument, method)
            continue
        found = next((p for p in params if p.name == argument.name and p.kind not in SEVERAL), None)
        if (
            found is None
            and whole
            and star is not None
            and argument.name == star.name
            and not extra
            and isinstance(argument.value, (ListValue, TupleValue))
        ):
            # torch takes the sizes of `view(*size)` as one list by name.
            extra.append(argument)
            continue
        if found is None and double is not None:
            if argument.name in named:
                return Misfit(
                    "E0403", f"`{argument.name}` of `{name}` is given twice", argument.span
                )
            named[argument.name] = argument.value
            spans.setdefault(double.name, argument.span)
            continue
        if found is None:
            names = [p.name for p in params[method:] if p.kind not in SEVERAL]
            near = _near(argument.name, names)
            free = [n for n in near if n not in values and all(a.name != n for a in given)]
            return Misfit(
                "E0404",
                f"`{name}` has no argument `{argument.name}`",
                argument.place,
                did_you_mean(near) or _left_out(argument.name) or _listed(names),
                fix=respell(argument.place, free),
            )
        if found.name in values:
            return Misfit("E0403", f"`{found.name}` of `{name}` is given twice", argument.span)
        values[found.name], spans[found.name] = argument.value, argument.span
    if double is not None:
        values[double.name] = DictValue(named)
    if star is not None:
        values[star.name] = TupleValue(tuple(a.value for a in extra))
        if extra:
            spans[star.name] = extra[0].span.to(extra[-1].span)
    missing = [p.name for p in params if p.name not in values and not has_default(p)]
    # `view(*N)` is for tensors of any rank, and N may be none.
    if whole and star is not None and not extra and "*" not in span.text:
        missing.append(star.name)
    if missing:
        listed = " and ".join(f"`{m}`" for m in missing)
        return Misfit(
            "E0401",
            f"`{name}` needs {listed}",
            span,
            f"its arguments are ({signature_text(signature, method)})",
        )
    return Bound(values, spans)


def given_to(param: ast.Param, value: Value) -> Iterable[Value]:
    """What was given for a parameter: several values where it takes any number."""
    if param.kind == "star" and isinstance(value, TupleValue):
        return value.items
    if param.kind == "double" and isinstance(value, DictValue):
        return value.items.values()
    return (value,)


def one_of_several(param: ast.Param, value: Value, given: Value) -> bool:
    """Whether a value may stand among those of `*size`: a list is all of them, and stands alone."""
    if param.kind != "star" or not isinstance(given, TupleValue) or len(given.items) < 2:
        return True
    return not (
        isinstance(param.type, ast.UnionType) and isinstance(value, (TupleValue, ListValue))
    )


def has_default(param: ast.Param) -> bool:
    """Whether an argument may be left out: `T?` implies None."""
    return param.default is not None or isinstance(param.type, ast.OptionalType)


def _too_many(
    signature: ast.Signature, given: list[Given], name: str, argument: Given, method: bool
) -> Misfit:
    positional = [p for p in signature.params[method:] if p.kind == "plain"]
    count = sum(1 for a in given[method:] if a.name is None)
    takes = "no arguments" if not positional else f"{len(positional)} argument"
    takes += "s" if len(positional) > 1 else ""
    return Misfit(
        "E0402",
        f"`{name}` takes {takes}, but {count} {'is' if count == 1 else 'are'} given",
        argument.span,
        (
            f"its arguments are ({signature_text(signature, method)})"
            if signature.params[method:]
            else None
        ),
    )


def signature_text(signature: ast.Signature, method: bool = False) -> str:
    """The names of the parameters, defaults shown; of a method those behind the first."""
    parts = []
    for param in signature.params[method:]:
        text = SEVERAL.get(param.kind, "") + param.name
        if param.default is not None:
            text += f"={param.default.span.text}"
        parts.append(text)
    return ", ".join(parts)


def _near(name: str, names: list[str]) -> list[str]:
    """The arguments that may be meant."""
    meant = FOREIGN.get(name)
    return [meant] if meant in names else nearest(name, names) or sharing(name, names)


def _left_out(name: str) -> str | None:
    """Why calls of a spec have no such argument, where torch's have."""
    from nnspec.diagnostics import left_out

    return left_out.argument(name)


def _listed(names: list[str]) -> str | None:
    return f"its arguments are {', '.join(names)}" if names else None


def fill(signature: ast.Signature, bound: Bound, inner: Frame) -> None:
    """Evaluate the defaults of what was not given, in the frame of the callee."""
    values = inner.run.recorder.values
    for param in signature.params:
        if param.name not in bound.values:
            default = param.default
            # Most defaults are literals; those seen before need no second look.
            if default is None:
                value = None
            elif isinstance(default, LITERALS) and default in values:
                value = default.value
            else:
                value = evaluate(default, inner)
            bound.values[param.name] = value


def report(misfit: Misfit, frame: Frame) -> None:
    """Report why a call does not fit."""
    found = error(
        misfit.code,
        misfit.message,
        misfit.span,
        "",
        misfit.others,
        help=misfit.help,
        fix=misfit.fix,
    )
    frame.report(found)
