"""What parameters start as: torch.nn.init by name, numbers, tensors, a user's own def."""

from __future__ import annotations

from nnspec.diagnostics.spelling import did_you_mean, respell
from nnspec.diagnostics.suggest import nearest
from nnspec.record import Record
from nnspec.semantics.describe import describe
from nnspec.semantics.evaluate import lookup
from nnspec.semantics.evaluate.calling import binding, kinds, userdefs
from nnspec.semantics.evaluate.calling.binding import Given, Misfit
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.values import (
    ERROR,
    ErrorValue,
    Function,
    Initialiser,
    LibraryFunction,
    Relation,
    Tensor,
    Unknown,
    Value,
)
from nnspec.semantics.world import error
from nnspec.source import Span
from nnspec.syntax import ast


class Form(Record):
    """The arguments of an initialiser after the tensor, with how many are needed."""

    names: tuple[str, ...]
    needed: int = 0


FORMS = {
    "zeros": Form(()),
    "ones": Form(()),
    "randn": Form(()),
    "rand": Form(()),
    "eye": Form(()),
    "constant": Form(("val",), 1),
    "normal": Form(("mean", "std")),
    "uniform": Form(("a", "b")),
    "trunc_normal": Form(("mean", "std", "a", "b")),
    "xavier_uniform": Form(("gain",)),
    "xavier_normal": Form(("gain",)),
    "kaiming_uniform": Form(("a", "mode", "nonlinearity")),
    "kaiming_normal": Form(("a", "mode", "nonlinearity")),
    "orthogonal": Form(("gain",)),
    "sparse": Form(("sparsity", "std"), 1),
    "dirac": Form(("groups",)),
}
MODES = ("fan_in", "fan_out")
NEED_TWO_AXES = frozenset(
    "xavier_uniform xavier_normal kaiming_uniform kaiming_normal orthogonal".split()
)


def value_of(expr: ast.Expr, tensor: Tensor | None, frame: Frame) -> Value:
    """An Initialiser where the expression is one, else the value of the expression.

    tensor: what is to be filled, when that is known; a user's def is followed with it.
    """
    func = expr.func if isinstance(expr, ast.Call) else expr
    name = _initialiser_name(func, frame)
    if name is not None:
        return _torch_initialiser(name, expr, tensor, frame)
    user = _user_def(func, frame)
    if user is not None and (
        not isinstance(expr, ast.Call) or _takes_a_tensor_first(user, len(expr.args))
    ):
        return _user_initialiser(user, expr, tensor, frame)
    return evaluate(expr, frame)


def _initialiser_name(func: ast.Expr, frame: Frame) -> str | None:
    if isinstance(func, ast.Attribute):
        parts = func.span.text.split(".")
        plain = func.name.removesuffix("_")
        if "init" in parts[:-1] and plain in FORMS:
            return plain
        return None
    if not isinstance(func, ast.Name) or func.id not in FORMS:
        return None
    found = lookup.find(func.id, frame)
    return None if isinstance(found, Function) else func.id


def _user_def(func: ast.Expr, frame: Frame) -> Function | None:
    if not isinstance(func, ast.Name):
        return None
    found = lookup.find(func.id, frame)
    if isinstance(found, Function) and not frame.run.catalog.is_library(found.decl):
        return found
    return None


def _takes_a_tensor_first(user: Function, given: int) -> bool:
    """Whether a call with `given` arguments leaves out the first one, a tensor."""
    params = user.decl.signature.params
    if not params or given >= len(params):
        return False
    kind = params[0].type
    return (
        kind is None
        or isinstance(kind, ast.TensorType)
        or (isinstance(kind, ast.NamedType) and kind.name == "tensor")
    )


def _torch_initialiser(name: str, expr: ast.Expr, tensor: Tensor | None, frame: Frame) -> Value:
    from nnspec.semantics.evaluate.calling import calls

    frame.run.recorder.callees[expr] = Initialiser(name)
    if not isinstance(expr, ast.Call):
        given: list[Given] = []
    else:
        given = calls.arguments(expr.args, frame)
    if name in ("zeros", "ones", "rand", "randn", "eye") and given:
        # `zeros(3, 4)`: a tensor of that size, not an initialiser.
        functions = frame.run.catalog.functions(name)
        assert isinstance(expr, ast.Call)
        return calls.call(LibraryFunction(name, functions), given, expr, expr.func, frame)
    form = FORMS[name]
    names = [a.name for a in given if a.name is not None]
    for argument in given:
        if argument.name is not None and argument.name not in form.names:
            close = nearest(argument.name, list(form.names))
            return frame.report(
                error(
                    "E0404",
                    f"`{name}` has no argument `{argument.name}`",
                    argument.place,
                    help=did_you_mean(close) or _arguments(name, form),
                    fix=respell(argument.place, close),
                )
            )
    if len(given) > len(form.names):
        return frame.report(
            error(
                "E0402",
                f"`{name}` takes {len(form.names)} arguments, not {len(given)}",
                expr.span,
                help=_arguments(name, form),
            )
        )
    if len(given) < form.needed:
        return frame.report(
            error(
                "E0401", f"`{name}` needs `{form.names[0]}`", expr.span, help=_arguments(name, form)
            )
        )
    values = tuple(a.value for a in given if a.name is None)
    keywords = tuple((n, a.value) for n, a in zip(names, [a for a in given if a.name], strict=True))
    mode = dict(keywords).get("mode")
    if isinstance(mode, str) and mode not in MODES:
        return frame.report(
            error("E0406", f'`mode` is "fan_in" or "fan_out", not {mode!r}', expr.span)
        )
    if (
        tensor is not None
        and tensor.dims is not None
        and name in NEED_TWO_AXES
        and len(tensor.dims) < 2
    ):
        return frame.report(
            error(
                "E0503",
                f"`{name}` needs a tensor of two or more dimensions, "
                f"but this one is {frame.world.show_shape(tensor.dims)}",
                expr.span,
                help="use `zeros`, `normal` or `uniform`",
            )
        )
    return Initialiser(name, values, keywords)


def _arguments(name: str, form: Form) -> str:
    return f"its arguments are ({', '.join(form.names)})" if form.names else f"write `{name}` alone"


def _user_initialiser(user: Function, expr: ast.Expr, tensor: Tensor | None, frame: Frame) -> Value:
    from nnspec.semantics.evaluate.calling import calls

    given = calls.arguments(expr.args, frame) if isinstance(expr, ast.Call) else []
    frame.run.recorder.callees[expr] = Initialiser(user.decl.name, user=user)
    frame.run.recorder.value(expr, Initialiser(user.decl.name, user=user))
    if tensor is not None:
        everything = [Given(None, tensor, expr.span), *given]
        result = userdefs.call(user, everything, user.decl.name, frame, expr.span)
        if isinstance(result, ErrorValue):
            return ERROR
        if isinstance(result, Tensor):
            _same(result, tensor, "what it fills", expr.span, frame)
    else:
        bound = binding.bind(
            user.decl.signature,
            [Given(None, Unknown("tensor"), expr.span), *given],
            user.decl.name,
            expr.span,
        )
        if isinstance(bound, Misfit):
            binding.report(bound, frame)
            return ERROR
    keywords = tuple((a.name, a.value) for a in given if a.name is not None)
    values = tuple(a.value for a in given if a.name is None)
    return Initialiser(user.decl.name, values, keywords, user)


def check(expr: ast.Expr, tensor: Tensor, name: str, frame: Frame) -> None:
    """The value of a `param`, `buffer`, `const` or `init` against the shape that it fills."""
    value = value_of(expr, tensor, frame)
    match value:
        case Initialiser() | ErrorValue() | Unknown() | bool() | int() | float():
            return
        case Tensor():
            _same(value, tensor, f"`{name}`", expr.span, frame)
        case _:
            if not kinds.fits(ast.NamedType(expr.span, "number"), value, frame):
                frame.report(
                    error(
                        "E0502",
                        f"`{name}` starts as a tensor, a number or an initialiser, "
                        f"not {describe(frame.world, value)}",
                        expr.span,
                        help="such as `zeros`, `randn`, `normal(std=0.02)`",
                    )
                )


def _same(value: Tensor, tensor: Tensor, what: str, span: Span, frame: Frame) -> None:
    if value.dims is None or tensor.dims is None:
        return
    world = frame.world
    wrong = len(value.dims) != len(tensor.dims)
    if not wrong:
        for a, b in zip(value.dims, tensor.dims, strict=True):
            answer = world.compare(a, b)
            wrong = wrong or answer == "different"
            if answer == "unknown":
                world.claimed(Relation(a, "==", b), span, needed=False)
    if wrong:
        frame.report(
            error(
                "E0504",
                f"{what} is {world.show_shape(tensor.dims)}, but this value is "
                f"{world.show_shape(value.dims)}",
                span,
            )
        )


def as_function(name: str, given: list[Given], frame: Frame, span: Span) -> Value:
    """`normal(w, std=0.02)` in code: a new tensor like `w`, filled."""
    first = given[0].value if given else None
    if isinstance(first, Tensor):
        return Tensor(first.dtype, first.dims, first.origins)
    if isinstance(first, (Unknown, ErrorValue)):
        return first
    return frame.report(
        error(
            "E0505",
            f"`{name}` is an initialiser: it fills a tensor",
            span,
            help=f"use it in `param w: [...] = {name}(...)` or `init w = {name}(...)`, "
            "or give it a tensor first",
        )
    )
