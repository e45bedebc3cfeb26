"""What the call or operation at fault is, and which of its operands is which argument."""

from __future__ import annotations

from collections.abc import Mapping

from nnspec.semantics.remedies.site import Site
from nnspec.semantics.values import Layer, LibraryFunction
from nnspec.syntax import ast

# What a rule of the library, or a layer without one, is about.
_KINDS = {
    "matmul": "product",
    "ranked_matmul": "product",
    "inner": "product",
    "multihead_attention": "attention",
    "scaled_dot_product_attention": "attention",
    "encoder_layer": "attention",
    "decoder_layer": "attention",
    "encoder_stack": "attention",
    "decoder_stack": "attention",
    "transformer": "attention",
    "recurrent": "recurrent",
    "RNNCell": "recurrent",
    "GRUCell": "recurrent",
    "LSTMCell": "recurrent",
    "elementwise_loss": "loss",
    "exact_loss": "loss",
    "cross_entropy": "classes",
    "nll_loss": "classes",
    "cat": "join",
    "stack": "join",
    "expand": "expand",
    "split": "split",
    "gather": "gather",
    "index_select": "gather",
}
# Kinds of calls of which these files know all that can be done.
SEQUENCES = frozenset(("product", "attention", "recurrent", "classes"))

_OPERATORS = {"@": "product"}


def kind(site: Site) -> str:
    """`product`, `attention`, `recurrent`, `loss`, `classes`, `join`, `split`, `expand`, `gather`, or `elementwise`."""
    if isinstance(site.node, ast.Binary):
        return _OPERATORS.get(site.node.op, "elementwise")
    callee = site.callee(site.node) if site.node is not None else None
    if isinstance(callee, LibraryFunction):
        return _KINDS.get(callee.decls[0].rule or "", "elementwise")
    if isinstance(callee, Layer):
        decl = callee.body.decl
        rule = decl.rule if isinstance(decl, ast.ExternModule) else None
        return _KINDS.get(rule or decl.name, "layer")
    return ""


def arguments(site: Site) -> Mapping[str, ast.Expr]:
    """The operands by the names of the arguments that they are; those of a variable number are left out."""
    node = site.node
    if isinstance(node, ast.Binary):
        return {"input": node.left, "other": node.right}
    signature = _signature(site)
    call = node.target if isinstance(node, ast.Pipe) else node
    if signature is None:
        return {}
    names = [p.name for p in signature.params if p.kind == "plain"]
    found: dict[str, ast.Expr] = {}
    values = [node.value] if isinstance(node, ast.Pipe) else []
    if isinstance(call, ast.Call):
        if _is_method(call, site):
            assert isinstance(call.func, ast.Attribute)
            values.append(call.func.value)
        values += [a.value for a in call.args if a.name is None and not a.stars]
        found = {a.name: a.value for a in call.args if a.name is not None}
    return {**dict(zip(names, values, strict=False)), **found}


def _signature(site: Site) -> ast.Signature | None:
    callee = site.callee(site.node) if site.node is not None else None
    if isinstance(callee, LibraryFunction):
        return callee.decls[0].signature
    if isinstance(callee, Layer):
        for member in callee.body.decl.body:
            if isinstance(member, ast.Def) and member.name == "forward":
                return member.signature
    return None


def _is_method(call: ast.Call, site: Site) -> bool:
    callee = site.callee(call)
    return (
        isinstance(call.func, ast.Attribute)
        and isinstance(callee, LibraryFunction)
        and callee.receiver is not None
    )
