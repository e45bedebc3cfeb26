"""Whether a change mends a mistake: the changed text is checked as if the user had typed it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from nnspec.diagnostics.diagnostic import Diagnostic, Edit
from nnspec.library.catalog import Catalog
from nnspec.semantics.budget import budget
from nnspec.semantics.remedies.around import Tree
from nnspec.semantics.remedies.concerned import Uses
from nnspec.semantics.remedies.proposal import Proposal
from nnspec.semantics.resolved import FileScope
from nnspec.source import Source, Span
from nnspec.syntax import ast

# What the trials of one file may cost, in steps of evaluation; a character costs a fifth of a step to parse.
BUDGET = 100_000
PARSING = 5
# As many steps of the budget of the file as a trial counts besides what it checks.
TRIAL = 200
# So many trials a file gets for up to twice of that.
LEAST = 4

Places = Counter[tuple[str, int]]


class Trials:
    """The changes tried on one file.

    scope: the file as it is.
    errors: everything that is wrong in it.
    tree: its syntax tree.
    """

    def __init__(self, scope: FileScope, catalog: Catalog, errors: Iterable[Diagnostic]) -> None:
        self._scope = scope
        self._catalog = catalog
        self._before = _places(errors)
        self._known: dict[tuple[str, frozenset[int]], list[Diagnostic] | None] = {}
        self._uses = Uses(scope.file)
        self.tree = Tree(scope.file)
        self._spent = 0

    def mends(self, mistake: Diagnostic, proposal: Proposal, apart: bool = False) -> bool:
        """Whether the file is without the mistake, and without any new one, after the change.

        After a local change there may be mistakes in lines that have to do with neither.
        apart: whether there may also be one in the same line, at another argument than the mistake.
        """
        budget.spend(TRIAL)
        text = applied(self._scope.source.text, proposal.edits)
        spans = [e.span for e in proposal.edits] + [mistake.span]
        stated = apart and mistake.code == "W0301" and self._is_general(mistake.span)
        # A fact that is stated holds in its declaration, whoever uses that.
        declarations = self._uses.places(spans) if stated else self._uses.of(spans)
        key = (text, declarations)
        if key not in self._known:
            if self._spent > BUDGET * (1 if len(self._known) >= LEAST else 2):
                return False
            self._known[key] = self._found_in(text, declarations)
        after = self._known[key]
        if after is None:
            return False
        found = _places(after, _old_lines(proposal.edits))
        if found[_place(mistake)] >= self._before[_place(mistake)]:
            return False
        new = found - self._before
        if not proposal.local:
            return not new
        spans = [label.span for label in mistake.labels] + [e.span for e in proposal.edits]
        concerned = {span.line for span in spans} & {line for _, line in new}
        return not concerned or (apart and not _meets(mistake, after, proposal.edits))

    def _is_general(self, place: Span) -> bool:
        """Whether what stands there is followed in general alone, so that no caller can make it wrong."""
        from nnspec.semantics.passes import covered

        known = covered(self._scope, self._catalog)
        for declaration in self._scope.file.declarations:
            if not _within(place, declaration.span):
                continue
            body = declaration.body if isinstance(declaration, ast.Module) else ()
            parts = (m for m in body if isinstance(m, ast.Def) and _within(place, m.span))
            return next(parts, declaration) in known
        return False

    def _found_in(self, text: str, declarations: frozenset[int]) -> list[Diagnostic] | None:
        """What is wrong in these declarations of a text; None where it cannot be parsed."""
        from nnspec.semantics.check import check
        from nnspec.semantics.resolve import resolve
        from nnspec.syntax.parser import parse

        parsed = parse(Source(self._scope.source.path, text))
        if any(d.severity == "error" for d in parsed.diagnostics):
            return None
        scope = resolve(parsed.file, self._scope.module_path, self._imported, self._catalog)
        checked = check(scope, self._catalog, declarations)
        self._spent += len(text) // PARSING + checked.steps
        return [*scope.diagnostics, *checked.diagnostics]

    def _imported(self, node: ast.Import) -> FileScope | None:
        known = self._scope.imports.items()
        return next((s for n, s in known if (n.dots, n.module) == (node.dots, node.module)), None)


def _within(place: Span, outer: Span) -> bool:
    return outer.start <= place.start and place.end <= outer.end


def applied(text: str, edits: Sequence[Edit]) -> str:
    """The text after the edits, which do not overlap."""
    for edit in sorted(edits, key=lambda e: (e.span.start, e.span.end), reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def _old_lines(edits: Sequence[Edit]) -> Callable[[int], int]:
    """From a line of the text after the edits to the one before them; a new line counts as the one it precedes."""
    added = sorted((e.span.line, e.text.count("\n") - e.span.text.count("\n")) for e in edits)

    def old(line: int) -> int:
        for at, count in added:
            if line > at:
                line = max(at, line - count)
        return line

    return old


def _meets(mistake: Diagnostic, found: list[Diagnostic], edits: Sequence[Edit]) -> bool:
    """Whether anything is found where the mistake was, or because of what is written, in the text after the edits."""
    start, end = mistake.span.start, mistake.span.end
    for edit in edits:
        longer = len(edit.text) - (edit.span.end - edit.span.start)
        if edit.span.end <= start:
            start, end = start + longer, end + longer
        elif edit.span.start < end:
            return True
    counted = [d for d in found if _counts(d) and d.span.end > d.span.start]
    if any(d.span.start < end and start < d.span.end for d in counted):
        return True
    # What a layer demands of its arguments is told at one of them, and may be about the other.
    return any(
        label.span.start < last and first < label.span.end
        for d in counted
        for label in (d.labels if d.code == "E0321" else ())
        for first, last in _written(edits)
    )


def _written(edits: Sequence[Edit]) -> list[tuple[int, int]]:
    """Where the new text of each edit stands, in the text after all of them."""
    found: list[tuple[int, int]] = []
    longer = 0
    for edit in sorted(edits, key=lambda e: e.span.start):
        start = edit.span.start + longer
        found.append((start, start + len(edit.text)))
        longer += len(edit.text) - (edit.span.end - edit.span.start)
    return found


def _places(
    found: Iterable[Diagnostic], old_line: Callable[[int], int] = lambda line: line
) -> Places:
    return Counter((code, old_line(line)) for code, line in map(_place, filter(_counts, found)))


def _counts(diagnostic: Diagnostic) -> bool:
    # A size that would have to be proved is no remedy either, nor is a loss that broadcasts.
    return diagnostic.severity == "error" or diagnostic.code in ("W0205", "W0301")


def _place(diagnostic: Diagnostic) -> tuple[str, int]:
    return diagnostic.code, diagnostic.span.line
