"""The state of one pass over a module, a model or a check: its world, its memory, its budget."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic, Label
from nnspec.record import Record, field, replaced
from nnspec.semantics.budget import BudgetExceeded, budget
from nnspec.semantics.dims import Dim, Facts
from nnspec.semantics.evaluate.calling.chain import Call, Subject, notes
from nnspec.semantics.evaluate.cost import Cost
from nnspec.semantics.evaluate.decisions import Decisions
from nnspec.semantics.resolved import FileScope
from nnspec.semantics.suspicions import Choices, Looks
from nnspec.semantics.values import (
    ERROR,
    DimLike,
    ErrorValue,
    Layer,
    LayerBody,
    Relation,
    Tensor,
    Unknown,
    Value,
)
from nnspec.semantics.world import World
from nnspec.source import Source, Span
from nnspec.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nnspec.library.catalog import Catalog
    from nnspec.semantics.evaluate.trace import Trace

STEPS = 400_000
DEPTH = 60
# How many steps are taken before they are counted for the file, and what each counts there.
BATCH = 1000
FIRST = 30
WEIGHT = 4
# As many steps as a call counts, and a loop of unknown length besides what its rounds do.
CALL = 5
UNKNOWN_LOOP = 400
# As many as a finding counts, which takes long to word.
TOLD = 100


class Solution(Record):
    """What one pass found for a `_`.

    size: None where no call settled it.
    general: whether it stands over the hyperparameters of the module that the pass is about.
    loose: whether the pass could not follow everything (lists, layer types of unknown value).
    """

    size: DimLike | None
    general: bool
    loose: bool


class Recorder(Record, frozen=False, eq=False):
    """What the passes find out for emission (see Checked).

    shapes: per node all the texts seen; only where one text remains is it shown.
    ranks: how many axes the tensors had that a call in einops' notation was given, None where that is not known.
    family: the locals where a parameter of a library layer is declared.
    steps: of all passes.
    matched, unmatched: init, tie and freeze lines that meant something in some pass, and the finding for
        those that did not.
    """

    values: dict[ast.Node, Value] = field(default_factory=dict)
    callees: dict[ast.Node, Value] = field(default_factory=dict)
    holes: dict[ast.Hole, list[Solution]] = field(default_factory=dict)
    shapes: dict[ast.Node, set[str]] = field(default_factory=dict)
    ranks: dict[ast.Node, set[int | None]] = field(default_factory=dict)
    home: Source | None = None
    memo: dict[object, Any] = field(default_factory=dict)
    family: dict[tuple[LayerBody, str], dict[str, Value]] = field(default_factory=dict)
    matched: set[ast.Member] = field(default_factory=set)
    steps: int = 0
    unmatched: dict[ast.Member, Diagnostic] = field(default_factory=dict)

    def value(self, node: ast.Node, value: Value) -> None:
        """Keep the first telling value of an expression."""
        old = self.values.get(node)
        if old is None or (
            isinstance(old, (ErrorValue, Unknown)) and not isinstance(value, ErrorValue)
        ):
            self.values[node] = value


class Claim(Record, eq=False):
    """A relation that could not be proved, with the code that needs it and the facts known there.

    always: whether each call comes to that code, which stands in no branch.
    others: relations of which each would do in its place.
    whence: where the sizes were set; ways: by which steps they came about.
    help: what to do where to state the fact would not be what is meant.
    """

    frame: Frame | None
    relation: Relation
    span: Span
    facts: Facts
    always: bool = True
    others: tuple[Relation, ...] = ()
    whence: tuple[Label, ...] = ()
    ways: tuple[str, ...] = ()
    help: str | None = None

    @property
    def is_about_unknown(self) -> bool:
        """Whether it is about a size that only the data, or static values of unknown value, decide."""
        sides = (side for r in (self.relation, *self.others) for side in (r.left, r.right))
        return any("@" in s for d in sides if isinstance(d, Dim) for s in d.symbols())


class Doubt(Record, eq=False):
    """What a general pass of a def could not follow and so did not check.

    span: where; declared: the shape that is promised there, None where sizes have to fit.
    """

    definition: ast.Node
    span: Span
    declared: Span | None = None


class Run(Record, frozen=False, eq=False):
    """One pass.

    chain: the calls that led here; sites: their places, library calls included.
    subject: the model or check that the pass is about, None in a general one.

    general: whether hyperparameters are symbols (undecided build-time conditions split the pass).
    steps, limit: how many steps were taken, and at how many the next batch is full.
    rounds: the decisions of the lists being made of which one item stands for all, the innermost last.
    followed: the defs whose bodies a pass with numbers has been through.
    excluded: the requirement that the choices of this pass do not meet.
    doubts: what was not checked, since its shape could not be followed.
    demands: the conditions that layers made so far have put to their hyperparameters.
    covered: the defs that a general pass checks completely by their own signature, so that claims
        inside them need not be repeated for each caller.
    measured: whether anybody asks for `cost`; else what the library says of it is not worked out.
    trace: takes the calls of layers, where anybody asks for them.
    reported: how many findings there were.
    owner: the model that will tie parameters of the layers being made, so that they are its own.
    looks, choices: what was found suspicious, or right, and the bools, strings and absent values of the
        hyperparameters that the pass is for.
    """

    world: World
    catalog: Catalog
    recorder: Recorder
    sink: Callable[[Diagnostic, int], None]
    general: bool = False
    covered: frozenset[ast.Node] = frozenset()
    decisions: Decisions = field(default_factory=lambda: Decisions([]))
    rounds: list[Decisions] = field(default_factory=list)
    followed: set[ast.Node] = field(default_factory=set)
    steps: int = 0
    limit: int = 0
    depth: int = 0
    bodies: dict[object, LayerBody] = field(default_factory=dict)
    results: dict[object, tuple[Value, DimLike, DimLike]] = field(default_factory=dict)
    holes: dict[str, tuple[ast.Hole, ast.Node | None]] = field(default_factory=dict)
    chain: list[Call] = field(default_factory=list)
    subject: Subject | None = None
    sites: list[Span] = field(default_factory=list)
    pending: dict[LayerBody, list[tuple[ast.Require, Span]]] = field(default_factory=dict)
    tops: set[ast.Def] = field(default_factory=set)
    unrolled_later: bool = False
    excluded: ast.Require | None = None
    branches: int = 0
    models: dict[ast.Model, Value] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    demands: list[Value] = field(default_factory=list)
    cost: Cost = field(default_factory=Cost)
    measured: bool = False
    trace: Trace | None = None
    reported: int = 0
    owner: ast.Model | None = None
    looks: Looks = field(default_factory=dict)
    choices: Choices = field(default_factory=dict)

    def suspect(self, code: str, span: Span, found: Diagnostic | None) -> None:
        """Take a look at something that may not be meant; `found` where it is suspicious.

        What a general pass follows is suspected there alone: numbers may be equal by chance. Imported files
        are looked at when they themselves are checked.
        """
        frame = self.frames[-1] if self.frames else None
        covered = frame is not None and frame.definition in self.covered
        if span.source is self.recorder.home and (self.general or not covered):
            if self.looks.get((code, span)) is None:
                self.looks[code, span] = found

    def step(self, span: Span, steps: int = 1) -> None:
        """Count steps of evaluation."""
        self.steps += steps
        if self.steps > self.limit:
            self.look(span)

    def look(self, span: Span) -> None:
        """Count a batch of steps for the file. Raises BudgetExceeded where the pass, or the file, takes too many."""
        if self.steps > STEPS:
            raise BudgetExceeded(f"this takes more than {STEPS:,} steps", span)
        budget.ask()
        # A file may have thousands of short passes: the first batches are small.
        batch = min(self.steps + FIRST, BATCH)
        budget.spend(WEIGHT * (self.steps - self.limit + batch))
        self.limit = self.steps + batch

    def report(self, diagnostic: Diagnostic) -> None:
        """Hand on a finding, with the chain of calls that led to it."""
        self.reported += 1
        self.step(diagnostic.span, TOLD)
        if diagnostic.severity == "error" and (self.chain or self.subject is not None):
            told = notes(self.chain, self.subject, diagnostic.span, self.world)
            if told:
                diagnostic = replaced(diagnostic, notes=(*diagnostic.notes, *told))
        # What a module has for all its hyperparameters is told as that.
        depth = len(self.chain) + (self.subject is not None)
        self.sink(self._at_home(diagnostic), depth)

    def _at_home(self, diagnostic: Diagnostic) -> Diagnostic:
        """A finding inside another file (an import, the library) is told at the call in this file."""
        home = self.recorder.home
        span = diagnostic.span
        if home is None or span.source is home:
            return diagnostic
        here = next((s for s in reversed(self.sites) if s.source is home), None)
        if here is None:
            return diagnostic
        first, *rest = diagnostic.labels
        library = self.catalog.is_source(span.source)
        there = () if library else (Label(first.span, first.message or "found here"),)
        others = tuple(r for r in rest if not self.catalog.is_source(r.span.source))
        labels = (Label(here, "", primary=True), *there, *others)
        return Diagnostic(
            diagnostic.code,
            diagnostic.severity,
            diagnostic.message,
            labels,
            diagnostic.notes,
            diagnostic.help,
            None,
        )

    def new_hole(self, node: ast.Hole, owner: ast.Node | None) -> Dim:
        """An open size for a `_` in the code of `owner`."""
        name = f"?{len(self.holes) + 1}"
        self.holes[name] = node, owner
        return Dim.symbol(name)


class Returned(Record):
    """What one way through a def returns, where, and what is known on that way."""

    value: Value
    span: Span
    facts: Facts


class Frame(Record, frozen=False, eq=False):
    """Where code is evaluated: its names, and the layer whose code it is.

    stage: `build` in module bodies, models and static functions called from there; `call` in forward code.
    dims: sizes by dimension name; `*N` holds a tuple.
    unbound: names of dimensions of the signature that nothing has bound yet.
    returns: what its ways through have returned so far.
    left: whether some way has returned already, so that what follows is not for all calls.
    top: the frame of the def that a pass is about (its statements' shapes become comments).
    """

    run: Run
    scope: FileScope
    stage: str = "build"
    locals: dict[str, Value] = field(default_factory=dict)
    dims: dict[str, Value] = field(default_factory=dict)
    body: LayerBody | None = None
    layer: Layer | None = None
    definition: ast.Node | None = None
    top: bool = False
    unbound: set[str] = field(default_factory=set)
    returns: list[Returned] = field(default_factory=list)
    left: bool = False
    breaks: list[dict[str, Value]] = field(default_factory=list)
    continues: list[dict[str, Value]] = field(default_factory=list)

    def __init__(
        self,
        run: Run,
        scope: FileScope,
        stage: str = "build",
        locals: dict[str, Value] | None = None,
        dims: dict[str, Value] | None = None,
        body: LayerBody | None = None,
        layer: Layer | None = None,
        definition: ast.Node | None = None,
        top: bool = False,
        unbound: set[str] | None = None,
    ) -> None:
        # Every call makes one.
        self.run = run
        self.scope = scope
        self.stage = stage
        self.locals = {} if locals is None else locals
        self.dims = {} if dims is None else dims
        self.body = body
        self.layer = layer
        self.definition = definition
        self.top = top
        self.unbound = set() if unbound is None else unbound
        self.returns = []
        self.left = False
        self.breaks = []
        self.continues = []

    @property
    def world(self) -> World:
        """The facts and found sizes of the pass."""
        return self.run.world

    def report(self, diagnostic: Diagnostic) -> ErrorValue:
        """Report a mistake; what is left is an ErrorValue."""
        self.run.report(diagnostic)
        return ERROR

    def child(self, scope: FileScope, stage: str, definition: ast.Node | None) -> Frame:
        """An empty frame for another piece of code of the same pass."""
        return Frame(self.run, scope, stage, definition=definition)


def new_run(
    catalog: Catalog,
    recorder: Recorder,
    sink: Callable[[Diagnostic, int], None],
    general: bool = False,
    covered: frozenset[ast.Node] = frozenset(),
    path: list[bool] | None = None,
) -> Run:
    """A pass that knows nothing yet."""
    # It fills the table of how expressions are followed.
    import nnspec.semantics.evaluate.expressions  # noqa: F401

    world = World(Facts.empty, lambda diagnostic: None)
    run = Run(world, catalog, recorder, sink, general, covered, Decisions(path or []))
    world.report = run.report
    world.suspect = run.suspect

    def claimed(
        relation: Relation,
        span: Span,
        others: tuple[Relation, ...] = (),
        needed: bool = True,
        whence: tuple[Label, ...] = (),
        ways: tuple[str, ...] = (),
        help: str | None = None,
    ) -> None:
        if any(map(world.used_as_sizes, (relation, *others))):
            return
        if not any(
            isinstance(d, Dim) and world.is_open(d) for d in (relation.left, relation.right)
        ):
            run.claims.append(
                Claim(
                    run.frames[-1] if run.frames else None,
                    relation,
                    span,
                    world.facts,
                    not others and not run.branches and not (run.frames and run.frames[-1].left),
                    others,
                    whence,
                    ways,
                    help,
                )
            )
        if not needed:
            world.leaned += 1
        if not (needed or world.trusting):
            return
        if others:
            world.assume_either(tuple((one,) for one in (relation, *others)))
        else:
            world.assume(relation)

    world.claimed = claimed
    return run


def tensor_unknown() -> Tensor:
    """A tensor of which nothing is known."""
    return Tensor(None, None, contiguous=None)
