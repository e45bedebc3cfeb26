"""What the declarations count, beside what torch counts and makes for the same calls.

Operations are torch.utils.flop_counter's, on the meta device, where it sees every product. Bytes are those of the
results that share no storage with an argument.
"""

from __future__ import annotations

import ast as python
import os
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from nnspec.semantics.dims import Dim
from nnspec.semantics.values import Layer, LibraryFunction, Value
from tests.conformance import harness, tables

DTYPES = {
    "f": torch.float32,
    "h": torch.float16,
    "g": torch.bfloat16,
    "d": torch.float64,
    "i": torch.int64,
    "s": torch.int32,
    "u": torch.uint8,
    "b": torch.bool,
    "z": torch.complex64,
}
# Products that the library counts and torch's counter has no entry for: of vectors, and by kernels of their own.
BEYOND = {"mv", "dot", "vdot", "addmv", "addbmm", "bilinear", "Bilinear", "conv_tbc"}
# Their results are views, or arguments as they are, where torch finds that enough.
OF_OWN_LAYOUT = {"einsum", "asarray", "unravel_index"}

CALLS = """
Linear(3, 4)(f(2, 5, 3))
Conv1d(4, 6, 3)(f(2, 4, 9))
Conv2d(4, 6, 3, groups=2, stride=2, padding=1)(f(2, 4, 9, 9))
Conv3d(4, 6, 3)(f(2, 4, 5, 6, 7))
ConvTranspose2d(4, 6, 3, stride=2, groups=2)(f(2, 4, 9, 9))
GRU(3, 4)(f(5, 2, 3))
LSTMCell(3, 4)(f(2, 3))
GRUCell(3, 4)(f(2, 3))
RNNCell(3, 4)(f(2, 3))
MultiheadAttention(8, 2, batch_first=True)(f(2, 5, 8), f(2, 5, 8), f(2, 5, 8))
MultiheadAttention(8, 2)(f(5, 2, 8), f(7, 2, 8), f(7, 2, 8))
MultiheadAttention(8, 2, add_bias_kv=True, add_zero_attn=True)(f(5, 2, 8), f(7, 2, 8), f(7, 2, 8))
TransformerEncoderLayer(8, 2, 16)(f(5, 2, 8))
TransformerDecoderLayer(8, 2, 16)(f(5, 2, 8), f(6, 2, 8))
Transformer(8, 2, 3, 2, 16)(f(5, 2, 8), f(6, 2, 8))
Transformer(8, 2, 2, 3, 16, batch_first=True)(f(2, 5, 8), f(2, 6, 8))
linear(f(2, 5, 3), f(4, 3))
matmul(f(2, 3, 4), f(4, 5))
matmul(f(2, 1, 3, 4), f(5, 4, 6))
mm(f(2, 3), f(3, 4))
bmm(f(2, 3, 4), f(2, 4, 5))
addmm(f(5), f(3, 4), f(4, 5))
baddbmm(f(2, 3, 5), f(2, 3, 4), f(2, 4, 5))
inner(f(2, 5), f(3, 5))
tensordot(f(2, 3, 4), f(4, 3, 5), dims=([1, 2], [1, 0]))
einsum("bhid,bhjd->bhij", f(2, 3, 4, 5), f(2, 3, 6, 5))
einsum("bn,anm,bm->ba", f(2, 5), f(3, 5, 4), f(2, 4))
einsum("i,j->ij", f(2), f(3))
linalg.multi_dot([f(2, 9), f(9, 3), f(3, 7), f(7)])
linalg.multi_dot([f(4), f(4, 3), f(3, 7), f(7)])
linalg.matrix_power(f(2, 3, 3), 7)
linalg.matrix_power(f(3, 3), 0)
torch.svd_lowrank(f(2, 4, 9))
torch.pca_lowrank(f(2, 8, 20))
conv2d(f(2, 4, 9, 9), f(6, 2, 3, 3), groups=2)
conv_transpose2d(f(2, 4, 9, 9), f(4, 3, 3, 3))
scaled_dot_product_attention(f(2, 3, 4, 5), f(2, 3, 6, 5), f(2, 3, 6, 7))
""".strip().splitlines()


# Drawn calls of functions are many: `make conformance` tries them too.
TABLES = sorted(
    {table for table, _ in tables.lines()}
    - {"operators", "indexing"}
    - (set() if "NNSPEC_CONFORMANCE" in os.environ else {"drawn"})
)


class Names(dict[str, Any]):
    """What the names of a call mean to torch."""

    def __init__(self, device: str) -> None:
        super().__init__(inf=float("inf"), nan=float("nan"), F=functional, torch=torch, nn=nn)
        self.device = device
        for name, dtype in DTYPES.items():
            self[name] = self._maker(dtype)

    def _maker(self, dtype: torch.dtype) -> Any:
        return lambda *size: torch.zeros(size, dtype=dtype, device=self.device)

    def __missing__(self, name: str) -> Any:
        for place in (functional, torch, nn):
            if hasattr(place, name):
                return getattr(place, name)
        raise KeyError(name)


def _arguments(call: python.Call) -> tuple[list[Any], dict[str, Any]]:
    named = {str(k.arg): tables.value(k.value) for k in call.keywords}
    return [tables.value(a) for a in call.args], named


def measured(call: python.Call) -> tuple[harness.Outcome, Any, Any]:
    """What the checker says of a call, with its operations and bytes."""
    checker = harness.Checker()
    checker.run.measured = True
    args, kwargs = _arguments(call)
    callee: Value
    match call.func:
        case python.Call(python.Name(name)):
            made, named = _arguments(call.func)
            constructed = harness.construct(checker, name, made, named)
            callee = constructed.value
            if not isinstance(callee, Layer):
                return constructed, 0, 0
            checker.run.cost.flops = checker.run.cost.memory = 0
        case python.Name(name):
            callee = LibraryFunction(name, harness.catalog().functions(name))
        case python.Attribute(python.Name(space), name) if space in tables.NAMESPACES:
            place = tables.NAMESPACES[space]
            callee = LibraryFunction(name, harness.catalog().in_namespace(place, name))
        case python.Attribute(receiver, name):
            x = harness.abstract(tables.value(receiver))
            callee = LibraryFunction(name, harness.catalog().methods(name), x)
        case _:
            raise ValueError(python.unparse(call))
    outcome = checker.call(callee, args, kwargs)
    return outcome, checker.run.cost.flops, checker.run.cost.memory


def counted(text: str) -> int | None:
    """The operations that torch counts; None where the meta device cannot run the call."""
    try:
        with torch.device("meta"), FlopCounterMode(display=False) as counter:
            eval(text, Names("meta"))
    except Exception:
        return None
    return int(counter.get_total_flops())


def made(text: str) -> int | None:
    """The bytes of torch's results that are in no argument's storage, each once; None where zeros are no argument."""
    names = Names("cpu")
    given: list[Any] = []
    for name in DTYPES:
        names[name] = lambda *size, make=names[name]: given.append(make(*size)) or given[-1]
    try:
        with torch.no_grad():
            result = eval(text, names)
    except RuntimeError:
        return None
    known = {x.untyped_storage().data_ptr() for x in given if x.numel()}
    total = 0
    for x in _tensors(result):
        place = x.untyped_storage().data_ptr()
        if x.numel() and place not in known:
            known.add(place)
            total += x.numel() * x.element_size()
    return total


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _tensors(item)


def name_of(call: python.Call) -> str:
    func = call.func.func if isinstance(call.func, python.Call) else call.func
    return func.id if isinstance(func, python.Name) else getattr(func, "attr", "")


def torchs(call: python.Call) -> bool:
    """Whether torch counts the products of a call."""
    if name_of(call) == "matmul":
        return all(x.dim() > 1 for x in _tensors(_operands(call)))
    return name_of(call) not in BEYOND


def _operands(call: python.Call) -> list[Any]:
    values, named = _arguments(call)
    if isinstance(call.func, python.Attribute) and isinstance(call.func.value, python.Call):
        values.insert(0, tables.value(call.func.value))
    return [*values, *named.values()]


@pytest.mark.parametrize("text", CALLS)
def test_operations(text: str) -> None:
    call = python.parse(text, mode="eval").body
    assert isinstance(call, python.Call)
    outcome, flops, _ = measured(call)
    assert not outcome.refused
    assert flops == counted(text)


@pytest.mark.parametrize("table", TABLES)
def test_every_call_of_the_tables(table: str) -> None:
    tried, wrong = 0, []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, text in tables.lines():
            call = python.parse(text, mode="eval").body
            if name != table or not isinstance(call, python.Call):
                continue
            operations = counted(text)
            if operations is None:
                continue
            outcome, flops, memory = measured(call)
            if outcome.refused:
                continue
            tried += 1
            if flops != operations and (torchs(call) or operations > flops):
                wrong.append(f"{text} costs {flops}, {operations} by torch")
            if name_of(call) not in OF_OWN_LAYOUT and not isinstance(memory, Dim):
                bytes_made = made(text)
                if bytes_made is not None and memory != bytes_made:
                    wrong.append(f"{text} makes {memory} bytes, {bytes_made} by torch")
    assert not wrong, "\n".join(wrong)
    assert tried > 10


@pytest.mark.parametrize("text", ["mv(f(2, 3), f(3))", "Bilinear(3, 4, 5)(f(2, 3), f(2, 4))"])
def test_products_that_torch_does_not_count(text: str) -> None:
    call = python.parse(text, mode="eval").body
    assert isinstance(call, python.Call)
    assert measured(call)[1] == {"mv": 12, "Bilinear": 240}[name_of(call)] and counted(text) == 0
