"""The values that hyperparameters and arguments have when nothing gives them."""

from __future__ import annotations

from itertools import islice, product

from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from nnspec.library.catalog import Catalog
from nnspec.semantics import general
from nnspec.semantics.describe import describe
from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate.calling import expansion, kinds
from nnspec.semantics.evaluate.calling.binding import LITERALS
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.run import Frame, Recorder, new_run, tensor_unknown
from nnspec.semantics.findings import Findings
from nnspec.semantics.resolved import FileScope, Kind
from nnspec.semantics.values import Unknown
from nnspec.semantics.world import World, error
from nnspec.source import Span
from nnspec.syntax import ast, implied
from nnspec.syntax.walk import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from nnspec.semantics.values import Value


def check(
    declaration: ast.Declaration, scope: FileScope, catalog: Catalog, findings: Findings
) -> None:
    """Report each default that is not of the type of its argument, whatever the arguments that it names are."""
    for owner, signature in _signatures(declaration):
        for param in signature.params:
            if param.default is None or param.type is None or implied.is_implied(param):
                continue
            named = None if _is_constant(param.default) else _named(param.default, scope)
            if named is not None and not named.is_followed:
                continue
            for diagnostic in _wrong(param, signature, named, owner, scope, catalog):
                findings.add(diagnostic, 0)


def _signatures(
    declaration: ast.Declaration,
) -> Iterator[tuple[ast.Declaration, ast.Signature]]:
    if isinstance(declaration, (ast.Module, ast.ExternModule, ast.Def, ast.ExternDef)):
        yield declaration, declaration.signature
    if isinstance(declaration, (ast.Module, ast.ExternModule)):
        for member in declaration.body:
            if isinstance(member, ast.Def):
                yield declaration, member.signature


class _Named:
    """What a default names: arguments above it, dimensions, or (then it is not followed) members."""

    def __init__(self) -> None:
        self.params: dict[ast.Param, Kind] = {}
        self.dims: set[str] = set()
        self.is_followed = True


def _named(default: ast.Expr, scope: FileScope) -> _Named:
    found = _Named()
    for node in walk(default):
        binding = scope.bindings.get(node) if isinstance(node, ast.Name) else None
        if binding is None:
            found.is_followed &= not isinstance(node, ast.Hole)
        elif isinstance(binding.node, ast.Param):
            found.params[binding.node] = binding.kind
        elif binding.kind is Kind.DIM:
            assert isinstance(node, ast.Name)
            found.dims.add(node.id)
        elif binding.kind in (Kind.MEMBER, Kind.METHOD, Kind.SELF, Kind.UNKNOWN):
            found.is_followed = False
    return found


def _wrong(
    param: ast.Param,
    signature: ast.Signature,
    named: _Named | None,
    owner: ast.Declaration,
    scope: FileScope,
    catalog: Catalog,
) -> list[Diagnostic]:
    """What is wrong with a default on a way through the choices of what it names.

    Where a `require` or a `where` may exclude some of them, it is wrong on every way.
    """
    lines = owner.body if isinstance(owner, ast.Module) else ()
    excludes = any(isinstance(line, ast.Require) for line in lines) or bool(signature.where)
    default, type_ = param.default, param.type
    assert default is not None and type_ is not None
    first: list[Diagnostic] | None = None
    above = named.params if named is not None else {}
    probe = Frame(new_run(catalog, Recorder(), lambda diagnostic, depth: None), scope)
    options = [
        general.alternatives(expansion.expanded(p.type, probe) if p.type is not None else None)
        for p in above
    ]
    for world in islice(product(*options), general.MOST_WORLDS):
        waiting: list[list[bool]] = [[]]
        while waiting:
            mistakes: list[Diagnostic] = []

            def hold(diagnostic: Diagnostic, depth: int, to: list[Diagnostic] = mistakes) -> None:
                to.append(diagnostic)

            run = new_run(catalog, Recorder(), hold, bool(above), path=waiting.pop())
            frame = Frame(run, scope, definition=owner)
            for name in named.dims if named is not None else ():
                run.world.facts = run.world.facts.declare(name, 1)
                frame.dims[name] = Dim.symbol(name)
            for each, choice in zip(above, world, strict=True):
                frame.locals[each.name] = _any(each, above[each], choice, frame)
            run.frames.append(frame)
            value = evaluate(default, frame)
            if not kinds.fits(expansion.expanded(type_, frame), value, frame):
                mistakes.append(_misfit(param, default, type_, value, frame.world))
            wrong = [d for d in mistakes if d.severity == "error"]
            if wrong and not excludes:
                return wrong
            if not wrong and excludes:
                return []
            first = first or wrong
            waiting.extend(run.decisions.others()[: general.MOST_WORLDS])
    return first or []


def _any(param: ast.Param, kind: Kind, choice: ast.TypeExpr | None, frame: Frame) -> Value:
    """The value that stands for all values of an argument."""
    if param.kind == "star":
        return Unknown("list")
    if kind is Kind.HYPERPARAMETER:
        return general.hyperparameter(param.name, choice, frame)
    if isinstance(choice, ast.TensorType):
        return tensor_unknown()
    return general.argument(param.name, choice, frame)


def _is_constant(default: ast.Expr) -> bool:
    """Whether no name takes part: what one stands for is known where the default is used."""
    if isinstance(default, LITERALS):
        return True
    return not any(isinstance(node, (ast.Name, ast.Hole)) for node in walk(default))


def _misfit(
    param: ast.Param, default: ast.Expr, type_: ast.TypeExpr, value: Value, world: World
) -> Diagnostic:
    help = fix = None
    if value is None:
        optional = f"{type_.span.text}?"
        help = f"what may be absent has the type `{optional}`"
        end = Span(type_.span.source, type_.span.end, type_.span.end)
        fix = Fix(f"write `{optional}`", (Edit(end, "?"),), "maybe")
    elif isinstance(default, ast.Binary) and default.op == "/" and type_.span.text == "int":
        help = "`//` divides to a whole number"
        fix = Fix("divide with `//`", (Edit(default.op_span, "//"),), "maybe")
    return error(
        "E0405",
        f"the default of `{param.name}` is {describe(world, value)}, "
        f"but its type is `{type_.span.text}`",
        default.span,
        "",
        (Label(type_.span, "declared here"),),
        help=help,
        fix=fix,
    )


def decide(module: ast.Module) -> bool:
    """Whether defaults settle what the general pass takes for granted: requirements, and sizes of 1 or more."""
    defaults = [p.default for p in module.signature.params if p.default is not None]
    if not defaults:
        return False
    return any(isinstance(member, ast.Require) for member in module.body) or any(
        _is_small(default) for default in defaults
    )


def _is_small(default: ast.Expr) -> bool:
    match default:
        case ast.Unary("-", ast.Number(int())):
            return True
        case ast.Number(int() as value):
            return value == 0
    return False


def unmet(required: ast.Require, module: ast.Module) -> Diagnostic:
    """A requirement that the defaults of its own module do not meet."""
    names = {node.id for node in walk(required.condition) if isinstance(node, ast.Name)}
    labels = tuple(
        Label(param.default.span, f"`{param.name}` is {param.default.span.text} here")
        for param in module.signature.params
        if param.name in names and param.default is not None
    )
    condition = required.condition.span
    return error(
        "E0321",
        f"the defaults of `{module.name}` do not meet `{condition.text}`",
        condition,
        "required here",
        labels,
        help="give it defaults that do, or none",
    )
