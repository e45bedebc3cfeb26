"""What a loop costs of whose rounds one is followed."""

from __future__ import annotations

from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate.looping import induction
from nnspec.semantics.evaluate.run import Run
from nnspec.semantics.values import DimLike, Value
from nnspec.semantics.world import as_dim


class Spending:
    """The costs and the calls of a loop, apart from those before it."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._before = run.cost.flops, run.cost.memory
        self._place = 0 if run.trace is None else run.trace.place()
        run.cost.flops = run.cost.memory = 0

    def forget(self) -> None:
        """Take back the rounds that were followed so far: they were a trial."""
        self._run.cost.flops = self._run.cost.memory = 0
        if self._run.trace is not None:
            self._run.trace.forget(self._place)

    def close(self, count: Value, index: Dim | None = None) -> None:
        """Count all rounds, where one was followed.

        count: how many there are; what is no number of a size is decided by the data.
        index: the symbol that counts them, in which the costs of a round may be formulas.
        """
        run = self._run
        cost = run.cost
        if not run.measured:
            cost.flops = self._before[0] + cost.flops
            cost.memory = self._before[1] + cost.memory
            return
        times = count if isinstance(count, (int, Dim)) else run.world.new_size("rounds", 0)
        cost.flops = self._before[0] + self._all(cost.flops, times, index)
        cost.memory = self._before[1] + self._all(cost.memory, times, index)
        if run.trace is not None:
            run.trace.repeat(self._place, times)

    def _all(self, one: DimLike, times: DimLike, index: Dim | None) -> DimLike:
        if index is None or not index.symbols() & as_dim(one).symbols():
            return one * times
        (name,) = index.symbols()
        total = induction.summed(as_dim(one), index)
        if total is None:
            return self._run.world.new_size("cost", 0)
        return self._run.world.settle(total.substitute({name: times}))
