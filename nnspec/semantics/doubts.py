"""What is not proved: the warnings W0301, where a relation is open, and W0302, where a shape is lost."""

from __future__ import annotations

import re

from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from nnspec.semantics.dims import Dim, settle
from nnspec.semantics.dims.atoms import Symbol
from nnspec.semantics.evaluate.run import Claim, Doubt
from nnspec.semantics.rules.batch import is_batch, is_name
from nnspec.semantics.values import DimLike, Relation
from nnspec.semantics.world import as_dim, error
from nnspec.source import Span
from nnspec.syntax import ast

MOST_FACTS = 4


def unproved(claims: list[tuple[Claim, Relation]]) -> Diagnostic:
    """Relations that could not be proved at one place, and how they are shown. The first is told, with values
    for which it holds and fails, and the facts that would prove all of them."""
    claim, shown = claims[0]
    merged = _batch_in_features(claim)
    if merged is not None:
        return merged
    notes: tuple[str, ...] = ()
    told = _told_apart(shown)
    if claim.others:
        message = f"`{_either(claim, shown)}` must hold here, which is not proved"
    elif claim.relation.op == "==":
        left, right = as_dim(claim.relation.left), as_dim(claim.relation.right)
        witness = None if claim.is_about_unknown else claim.facts.witness(left, right)
        if witness is not None:
            notes = (str(witness),)
        message = f"{_equality(told)} here, which is not proved"
    else:
        message = f"`{told.left} {told.op} {told.right}` must hold here, which is not proved"
    facts = [_fact(each, how) for each, how in claims[:MOST_FACTS]]
    together = ", ".join(dict.fromkeys(fact for fact in facts if fact is not None))
    help, fix = (None, None) if facts[0] is None else _stated(together, claim)
    if claim.help is not None:
        help, fix = claim.help, None
    return error(
        "W0301",
        message,
        claim.span,
        "not proved",
        claim.whence,
        (*dict.fromkeys(claim.ways), *notes),
        help,
        fix,
    )


def shortly(claim: Claim, shown: Relation) -> Diagnostic:
    """The relation alone."""
    said = f"`{shown.left} {shown.op} {shown.right}`"
    return error("W0301", f"{said} must hold here, which is not proved", claim.span, "not proved")


def _fact(claim: Claim, shown: Relation) -> str | None:
    """The weakest fact that proves a claim, in names that a signature has."""
    relation = claim.relation
    if claim.others:
        return None if claim.is_about_unknown else _either(claim, shown)
    if relation.op != "==":
        return None if claim.is_about_unknown else f"{shown.left} {shown.op} {shown.right}"
    fact = claim.facts.suggest(relation.left, relation.right)
    sides = (s for s in (relation.left, relation.right) if isinstance(s, Dim))
    made_up = {name.partition("@")[0] for s in sides for name in s.symbols() if "@" in name}
    return None if fact is None or _names(fact) & made_up else fact


def _either(claim: Claim, shown: Relation) -> str:
    """Several relations of which each would do."""
    display = claim.facts.display
    texts = [f"{shown.left} {shown.op} {shown.right}"]
    for other in claim.others:
        left, right = (settle(display(as_dim(side))) for side in (other.left, other.right))
        texts.append(f"{left} {other.op} {right}")
    return " or ".join(dict.fromkeys(texts))


def _stated(fact: str, claim: Claim) -> tuple[str, Fix | None]:
    """Where to state a fact: one about hyperparameters alone is a `require` of the module."""
    frame = claim.frame
    module = frame.body.decl if frame is not None and frame.body is not None else None
    definition = frame.definition if frame is not None else None
    if isinstance(module, ast.Module) and _names(fact) <= {p.name for p in module.signature.params}:
        place = _first_line(module)
        indent = " " * (place.source.position(place.start)[1] - 1) if place is not None else ""
        edits = () if place is None else (Edit(place, f"require {fact}\n{indent}"),)
        help, title = (
            f"state it in the module: `require {fact}`",
            "require it of the hyperparameters",
        )
    elif isinstance(definition, ast.Def):
        end = definition.signature.span.end
        text = f", {fact}" if definition.signature.where else f" where {fact}"
        edits = (Edit(Span(definition.span.source, end, end), text),)
        help, title = f"state it in the signature: `where {fact}`", "demand it of the callers"
    else:
        return f"state it: `where {fact}` in the signature, or `require {fact}` in the module", None
    return help, Fix(title, edits) if edits else None


def _names(fact: str) -> set[str]:
    return set(re.findall("[A-Za-z_][A-Za-z_0-9]*", fact)) - {"max", "min", "or"}


def _first_line(module: ast.Module) -> Span | None:
    """The place before the first member of a module, if that begins a line."""
    if not module.body:
        return None
    first = module.body[0].span
    line, column = first.source.position(first.start)
    begins = not first.source.line(line)[: column - 1].strip()
    return Span(first.source, first.start, first.start) if begins else None


def _batch_in_features(claim: Claim) -> Diagnostic | None:
    """W0202, where a size that the spec fixes must be one that grows with the batch."""
    if claim.relation.op != "==" or claim.is_about_unknown:
        return None
    sides = (claim.relation.left, claim.relation.right)
    for merged, fixed in (sides, sides[::-1]):
        names = () if isinstance(fixed, int) else fixed.symbols()
        if not isinstance(merged, Dim) or any(name[:1].isupper() for name in names):
            continue
        batch = next((s for s in merged.symbols() if is_name(s)), None)
        if batch is None or is_batch(merged) or not _is_multiple(merged, batch):
            continue
        return error(
            "W0202",
            f"the batch is among the features: `{merged}`, where {_text(fixed)} must be",
            claim.span,
            f"this has `{merged}`",
            notes=(str(claim.facts.witness(merged, as_dim(fixed))),),
            help=f"keep the first axis apart: `flatten(1)`, or `reshape({batch}, -1)`",
        )
    return None


def _is_multiple(dim: Dim, name: str) -> bool:
    """Whether a size is a product of a symbol with something: `min(B, 2)` and `B % 2` grow with no batch."""
    return all(
        any(isinstance(atom, Symbol) and atom.name == name for atom in mono) for mono in dim.terms
    )


def _told_apart(relation: Relation) -> Relation:
    """The relation with names of their own for sizes that would read alike."""
    sides = [as_dim(relation.left), as_dim(relation.right)]
    names: dict[str, Dim] = {}
    taken = {s for side in sides for s in side.symbols() if "@" not in s}
    for symbol in (s for side in sides for s in sorted(side.symbols())):
        if "@" in symbol and symbol not in names:
            plain = symbol.partition("@")[0]
            name, number = plain, 1
            while name in taken:
                number += 1
                name = f"{plain}{number}"
            names[symbol] = Dim.symbol(name)
            taken.add(name)
    left, right = (settle(side.substitute(names)) for side in sides)
    return Relation(left, relation.op, right)


def _equality(shown: Relation) -> str:
    left, right = shown.left, shown.right
    dividend, percent, divisor = str(left).rpartition(" % ")
    if right == 0 and percent and (divisor.isidentifier() or divisor.isdigit()):
        plain = dividend[1:-1] if dividend.startswith("(") else dividend
        return f"`{plain}` must be a multiple of {divisor}"
    return f"{_text(left)} and {_text(right)} must be equal"


def _text(dim: DimLike) -> str:
    return f"`{dim}`" if isinstance(dim, Dim) else str(dim)


def checked_first(claimed: Diagnostic) -> Diagnostic:
    """The warning about a claim that the emitted def checks when it starts."""
    first, *rest = claimed.labels
    return Diagnostic(
        claimed.code,
        claimed.severity,
        claimed.message,
        (Label(first.span, "checked when it runs", primary=True), *rest),
        claimed.notes,
        claimed.help,
        claimed.fix,
    )


# Types of hyperparameters whose values are symbols or choices in a general pass.
_FOLLOWED = frozenset({"int", "float", "bool", "str"})


def unchecked(doubt: Doubt, subject: ast.Node) -> Diagnostic:
    """What the general pass of a def could not follow, where no model and no check runs it either.

    subject: the module or the def that the pass was about.
    """
    name = subject.name if isinstance(subject, (ast.Module, ast.Def)) else ""
    others: tuple[Label, ...] = ()
    if doubt.declared is not None:
        what = f"the shape of this result cannot be followed, so `{doubt.declared.text}` is not checked"
        label, others = "not followed", (Label(doubt.declared, "declared here"),)
    else:
        what = "the sizes here cannot be followed, so whether they fit is not checked"
        label = "not checked"
    unknown = [f"`{p.name}`" for p in _signature(subject) if not _is_followed(p)]
    notes: tuple[str, ...] = ()
    if unknown:
        known = "is known" if len(unknown) == 1 else "are known"
        notes = (f"what {' and '.join(unknown)} holds {known} to each model only",)
    help = f"add a `check {name}(...)` with numbers: it is followed with these"
    return error("W0302", what, doubt.span, label, others, notes, help)


def _signature(subject: ast.Node) -> tuple[ast.Param, ...]:
    return subject.signature.params if isinstance(subject, ast.Module) else ()


def _is_followed(param: ast.Param) -> bool:
    """Whether a general pass has every value of a hyperparameter in some form."""
    if param.kind == "star":
        return False
    pending = [param.type]
    while pending:
        match pending.pop():
            case ast.OptionalType(inner):
                pending.append(inner)
            case ast.UnionType(options):
                pending.extend(options)
            case ast.NamedType(name) if name in _FOLLOWED:
                pass
            case ast.LiteralType() | None:
                pass
            case _:
                return False
    return True


def contradiction(excluded: ast.Require, module: ast.Module) -> Diagnostic:
    """A requirement that no hyperparameters meet which meet those before it."""
    required = [item for item in module.body if isinstance(item, ast.Require)]
    before = required[: required.index(excluded)]
    rest = tuple(Label(item.condition.span, "if this holds") for item in before)
    condition = excluded.condition.span
    return error(
        "E0321",
        f"no hyperparameters meet `{condition.text}`"
        + (" beside what else is required" if rest else ""),
        condition,
        "this never holds",
        rest,
        help=f"`{module.name}` could not be made: take the line out, or state what is meant",
    )
