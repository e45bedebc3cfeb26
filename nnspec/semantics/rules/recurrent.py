"""LSTM, GRU, RNN: sequences in, sequences and last states out."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Label
from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments
from nnspec.semantics.rules import batch as batches
from nnspec.semantics.rules.arguments import Dims, items, unknown
from nnspec.semantics.rules.masks import layout
from nnspec.semantics.values import ERROR, DimLike, Tensor, TupleValue, Unknown, Value


def recurrent(call: RuleCall) -> Value:
    """`rnn(input, hx)`: the output of every step, and the last states of every layer and direction.

    Source of the shapes: torch.nn.LSTM, torch.nn.GRU.
    """
    x = arguments.tensor(call)
    lstm = call.decl.name == "LSTM"
    out, hidden = call.arguments["out"], call.arguments["hidden_size"]
    ways = items(call.arguments["directions"])
    layers, batch_first = call.arguments["num_layers"], call.arguments["batch_first"]
    known = isinstance(batch_first, bool) and ways is not None
    known = known and all(isinstance(size, DimLike) for size in (out, hidden, layers))
    if x.dims is None or not known:
        empty = unknown(x)
        return TupleValue((empty, TupleValue((empty, empty)) if lstm else empty))
    assert ways is not None
    batches.look_at_order(call, "input", x, batch_first)
    steps = call.settle(layers * len(ways))
    batch: Dims = () if len(x.dims) == 2 else (x.dims[0 if batch_first else 1],)
    state = Tensor(x.dtype, (steps, *batch, out))
    cell = Tensor(x.dtype, (steps, *batch, hidden))
    width = call.settle(out * len(ways))
    given = call.arguments["hx"]
    if given is not None and not isinstance(given, Unknown):
        pairs = [("h_0", state), ("c_0", cell)] if lstm else [("hx", state)]
        values = items(given) if lstm else (given,)
        for (name, wanted), value in zip(pairs, values or (), strict=False):
            if isinstance(value, Tensor) and not _state_fits(call, name, wanted, value, x):
                return ERROR
    output = Tensor(x.dtype, (*x.dims[:-1], width), (*arguments.origins_of(x)[:-1], None), None)
    return TupleValue((output, TupleValue((state, cell)) if lstm else state))


def _state_fits(call: RuleCall, name: str, wanted: Tensor, value: Tensor, x: Tensor) -> bool:
    if value.dims is None or wanted.dims is None:
        return True
    message = f"`{name}` of `{call.name}` should be {call.show(wanted)}, but is {call.show(value)}"
    notes = (_meaning(call, name, wanted),)
    if len(value.dims) != len(wanted.dims):
        axes = "1 axis" if len(value.dims) == 1 else f"{len(value.dims)} axes"
        call.fail("E0302", message, "hx", f"{_this(call, name)} has {axes}", _read(call, x), notes)
        return False
    label = f"{_this(call, name)} is {call.show(value)}"
    return all(
        call.agree(a, b, message, "hx", label, _read(call, x), notes)
        for a, b in zip(value.dims, wanted.dims, strict=True)
    )


def _this(call: RuleCall, name: str) -> str:
    return "this" if name == "hx" else f"`{name}`"


def _meaning(call: RuleCall, name: str, wanted: Tensor) -> str:
    """What the axes of a state are, with the numbers of this layer."""
    assert wanted.dims is not None
    layers, ways = call.arguments["num_layers"], items(call.arguments["directions"]) or ()
    rows, numbers = "num_layers", call.show(layers)
    if len(ways) == 2:
        rows, numbers = "num_layers * directions", f"{numbers} * 2"
    projected = name != "c_0" and call.arguments.get("proj_size", 0) != 0
    size = "proj_size" if projected else "hidden_size"
    shown = [numbers, *(call.show(d) for d in wanted.dims[1:])]
    if len(wanted.dims) == 2:
        return f"without a batch it is [{rows}, {size}], here [{', '.join(shown)}]"
    too = ", with batch_first=True too" if call.arguments["batch_first"] is True else ""
    return f"it is [{rows}, batch, {size}], here [{', '.join(shown)}]{too}"


def _read(call: RuleCall, x: Tensor) -> tuple[Label, ...]:
    """At the input: which of its axes is taken for what."""
    if not call.given("input") or x.dims is None:
        return ()
    if len(x.dims) == 2:
        return (Label(call.spans["input"], "[time, features], without a batch"),)
    first = call.arguments["batch_first"] is True
    batch, time = (0, 1) if first else (1, 0)
    parts = [f"batch {call.show(x.dims[batch])}", f"time {call.show(x.dims[time])}"]
    text = ", ".join(parts if first else parts[::-1])
    return (Label(call.spans["input"], f"{layout(first)}: {text}"),)
