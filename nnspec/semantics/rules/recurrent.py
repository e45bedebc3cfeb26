"""LSTM, GRU, RNN: sequences in, sequences and last states out."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments
from nnspec.semantics.rules.arguments import Dims, items, unknown
from nnspec.semantics.values import ERROR, Tensor, TupleValue, Unknown, Value


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
    if x.dims is None or not known:
        empty = unknown(x)
        return TupleValue((empty, TupleValue((empty, empty)) if lstm else empty))
    assert ways is not None
    steps = call.settle(layers * len(ways))
    batch: Dims = () if len(x.dims) == 2 else (x.dims[0 if batch_first else 1],)
    state = Tensor(x.dtype, (steps, *batch, out))
    cell = Tensor(x.dtype, (steps, *batch, hidden))
    width = call.settle(out * len(ways))
    given = call.arguments["hx"]
    if given is not None and not isinstance(given, Unknown):
        pairs = [("h", state), ("c", cell)] if lstm else [("h", state)]
        values = items(given) if lstm else (given,)
        for (name, wanted), value in zip(pairs, values or (), strict=False):
            if isinstance(value, Tensor) and not _state_fits(call, name, wanted, value, x):
                return ERROR
    output = Tensor(x.dtype, (*x.dims[:-1], width), (*arguments.origins_of(x)[:-1], None), None)
    return TupleValue((output, TupleValue((state, cell)) if lstm else state))


def _state_fits(call: RuleCall, name: str, wanted: Tensor, value: Tensor, x: Tensor) -> bool:
    if value.dims is None or wanted.dims is None:
        return True
    message = (
        f"`{call.name}` takes {name} of {call.show(wanted)} with an input of {call.show(x)}, "
        f"got {call.show(value)}"
    )
    if len(value.dims) != len(wanted.dims):
        call.fail("E0302", message, "hx", help="[layers * directions, batch, hidden]")
        return False
    return all(
        call.agree(a, b, message, "hx", help=_batch_first_help(call, i))
        for i, (a, b) in enumerate(zip(value.dims, wanted.dims, strict=True))
    )


def _batch_first_help(call: RuleCall, at: int) -> str | None:
    if at == 1 and call.arguments["batch_first"] is False:
        return "without batch_first=True the input is [time, batch, features]"
    return None
