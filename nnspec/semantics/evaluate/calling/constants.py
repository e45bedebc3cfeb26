"""What a line of a library layer says where only hyperparameters decide it, worked out once for all layers.

Most lines are about few of them: every `Conv2d` with a stride of 1 says the same of its stride.
"""

from __future__ import annotations

from nnspec.semantics.evaluate.calling.remembered import is_constant, state
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.resolved import Kind
from nnspec.semantics.values import Value
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

# What a name may mean besides the hyperparameters and the members of the layer.
_FIXED = frozenset({Kind.LIBRARY, Kind.BUILTIN, Kind.LOCAL})

# The names that an expression reads, and of each whether it is a hyperparameter.
Reads = tuple[tuple[str, bool], ...]


def value(expr: ast.Expr, frame: Frame) -> Value:
    """The value of an expression in the body of a library layer."""
    key = _key(expr, _reads(expr, frame), frame)
    if key is None:
        return evaluate(expr, frame)
    run = frame.run
    memo = run.recorder.memo
    if key in memo:
        return memo[key]
    before = state(run)
    found = evaluate(expr, frame)
    if state(run) == before and is_constant(found):
        memo[key] = found
    return found


def asked(signature: ast.Signature, frame: Frame) -> tuple[ast.Expr, ...]:
    """The facts of a `where` that are left to ask: in a library layer those that its hyperparameters do not settle."""
    facts = signature.where
    body = frame.body
    if not facts or body is None or type(body.decl) is not ast.ExternModule:
        return facts
    memo = frame.run.recorder.memo
    settling = memo.get(("settling", signature))
    if settling is None:
        settling = memo["settling", signature] = _settling(facts, frame)
    key = _key(signature, settling, frame)
    if key is None:
        return facts
    if key not in memo:
        memo[key] = tuple([fact for fact in facts if not _is_met(fact, frame)])
    return memo[key]  # type: ignore[no-any-return]


def _settling(facts: tuple[ast.Expr, ...], frame: Frame) -> Reads:
    """What those parts of the facts read that hyperparameters alone decide."""
    found = [_reads(part, frame) for fact in facts for part in _parts(fact)]
    return tuple(dict.fromkeys(read for reads in found if reads is not None for read in reads))


def _parts(fact: ast.Expr) -> tuple[ast.Expr, ...]:
    """What each alone would meet a fact."""
    return fact.operands if isinstance(fact, ast.Logical) and fact.op == "or" else (fact,)


def _is_met(fact: ast.Expr, frame: Frame) -> bool:
    return any(
        value(part, frame) is True for part in _parts(fact) if _reads(part, frame) is not None
    )


def _reads(expr: ast.Expr, frame: Frame) -> Reads | None:
    """The hyperparameters and members that an expression reads; None where it reads more than these."""
    memo, key = frame.run.recorder.memo, ("reads", expr)
    if key not in memo:
        memo[key] = _read(expr, frame)
    return memo[key]  # type: ignore[no-any-return]


def _read(expr: ast.Expr, frame: Frame) -> Reads | None:
    bindings = frame.scope.bindings
    found: dict[tuple[str, bool], None] = {}
    for node in walk(expr):
        if isinstance(node, ast.Name):
            binding = bindings.get(node)
            if binding is not None and binding.kind in _FIXED:
                continue
            if binding is None or binding.kind not in (Kind.HYPERPARAMETER, Kind.MEMBER):
                return None
            found[node.id, binding.kind is Kind.HYPERPARAMETER] = None
    return tuple(found)


def _key(node: ast.Node, reads: Reads | None, frame: Frame) -> object | None:
    """What a line depends on: the values of what it reads; None where they are no constants."""
    body = frame.body
    if reads is None or body is None:
        return None
    parts: list[object] = ["constant", node]
    for name, given in reads:
        source = body.arguments if given else body.members
        if name not in source or not is_constant(source[name]):
            return None
        parts += (type(source[name]), source[name])
    return tuple(parts)
