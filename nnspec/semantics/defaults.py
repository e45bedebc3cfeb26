"""The values that hyperparameters and arguments have when nothing gives them."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from nnspec.library.catalog import Catalog
from nnspec.semantics.describe import describe
from nnspec.semantics.evaluate import kinds, matching
from nnspec.semantics.evaluate.binding import LITERALS
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.run import Frame, Recorder, new_run
from nnspec.semantics.findings import Findings
from nnspec.semantics.resolved import FileScope
from nnspec.semantics.world import World, error
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from nnspec.semantics.values import Value


def check(
    declaration: ast.Declaration, scope: FileScope, catalog: Catalog, findings: Findings
) -> None:
    """Report each default that is not of the type of its argument."""
    frame: Frame | None = None
    for signature in _signatures(declaration):
        for param in signature.params:
            if param.default is None or param.type is None or not _is_constant(param.default):
                continue
            frame = frame or Frame(new_run(catalog, Recorder(), findings.add), scope)
            value = evaluate(param.default, frame)
            if not kinds.fits(matching.expanded(param.type, frame), value, frame):
                findings.add(_misfit(param, param.type, value, frame.world), 0)


def _signatures(declaration: ast.Declaration) -> Iterator[ast.Signature]:
    if isinstance(declaration, (ast.Module, ast.ExternModule, ast.Def, ast.ExternDef)):
        yield declaration.signature
    if isinstance(declaration, (ast.Module, ast.ExternModule)):
        for member in declaration.body:
            if isinstance(member, ast.Def):
                yield member.signature


def _is_constant(default: ast.Expr) -> bool:
    """Whether no name takes part: what one stands for is known where the default is used."""
    if isinstance(default, LITERALS):
        return True
    return not any(isinstance(node, (ast.Name, ast.Hole)) for node in walk(default))


def _misfit(param: ast.Param, type_: ast.TypeExpr, value: Value, world: World) -> Diagnostic:
    assert param.default is not None
    help = fix = None
    if value is None:
        optional = f"{type_.span.text}?"
        help = f"what may be absent has the type `{optional}`"
        end = Span(type_.span.source, type_.span.end, type_.span.end)
        fix = Fix(f"write `{optional}`", (Edit(end, "?"),), "maybe")
    return error(
        "E0405",
        f"the default of `{param.name}` is {describe(world, value)}, "
        f"but its type is `{type_.span.text}`",
        param.default.span,
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
