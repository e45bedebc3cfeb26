"""The calls of layers in one pass, with what each gave and cost."""

from __future__ import annotations

from nnspec.record import Record, field
from nnspec.semantics.values import DimLike, ErrorValue, Layer, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nnspec.semantics.evaluate.run import Run


class LayerCall(Record, frozen=False, eq=False):
    """One call of a layer.

    name: how the code calls the layer.
    flops, memory: floating-point operations, and bytes of the results, of the call and all inside it.
    inner: the calls that it made.
    times: how often a loop makes it, of whose rounds one is followed; its costs are those of one call.
    """

    layer: Layer | None
    name: str
    value: Value = None
    flops: DimLike = 0
    memory: DimLike = 0
    inner: list[LayerCall] = field(default_factory=list)
    times: DimLike = 1


class Trace:
    """Collects the calls of a pass. `root` holds those that the pass itself makes."""

    def __init__(self) -> None:
        self.root = LayerCall(None, "")
        self._open = [self.root]
        self._seen: dict[tuple[int, str], LayerCall] = {}

    def follow(self, layer: Layer, name: str, run: Run, make: Callable[[], Value]) -> Value:
        """Make a call, and note it."""
        call = LayerCall(layer, name)
        self._open[-1].inner.append(call)
        self._open.append(call)
        flops, memory = run.cost.flops, run.cost.memory
        try:
            call.value = make()
        finally:
            self._open.pop()
        call.flops, call.memory = run.cost.flops - flops, run.cost.memory - memory
        # An equal call is remembered, not made again: what it calls is what the first one called.
        key = (id(layer.body), repr(call.value))
        first = self._seen.setdefault(key, call)
        if not call.inner and not isinstance(call.value, ErrorValue):
            call.inner = first.inner
        return call.value

    def place(self) -> int:
        """Where the next call will stand among those of the layer that is being called."""
        return len(self._open[-1].inner)

    def forget(self, place: int) -> None:
        """Take back the calls from a place on: they were a trial."""
        del self._open[-1].inner[place:]

    def repeat(self, place: int, times: DimLike) -> None:
        """Tell that the calls from a place on are made in each round of a loop."""
        for call in self._open[-1].inner[place:]:
            call.times = call.times * times
