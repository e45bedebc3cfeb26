"""What calls cost."""

from __future__ import annotations

from nnspec.record import Record
from nnspec.semantics.values import DimLike, Tensor, Value

# Bytes of an element, where it is not the four of float32.
BYTES = {
    "float16": 2,
    "bfloat16": 2,
    "float64": 8,
    "complex64": 8,
    "complex128": 16,
    "int64": 8,
    "int32": 4,
    "int16": 2,
    "int8": 1,
    "uint8": 1,
    "bool": 1,
}


class Cost(Record, frozen=False, eq=False):
    """What calls have cost so far, in floating-point operations and bytes of results."""

    flops: DimLike = 0
    memory: DimLike = 0

    def add(self, flops: DimLike, memory: DimLike) -> None:
        """Count a call."""
        self.flops = self.flops + flops
        self.memory = self.memory + memory

    def hold(self, value: Value) -> None:
        """Count the bytes of a result."""
        self.memory = self.memory + size_of(value)


def size_of(value: Value) -> DimLike:
    """The bytes of a tensor; 0 for what is none, or has an unknown shape."""
    if not isinstance(value, Tensor) or value.dims is None:
        return 0
    size: DimLike = BYTES.get(value.dtype or "", 4)
    for dim in value.dims:
        size = dim * size if not isinstance(dim, int) else size * dim
    return size


def size_beside(result: Value, source: Value) -> DimLike:
    """The bytes of a result that may be the source itself or a view of it: 0 where it is.

    It is a copy where its dtype is another, or where it lies in order and the source does not.
    """
    if not isinstance(result, Tensor) or not isinstance(source, Tensor):
        return size_of(result)
    if _kind(result) != _kind(source):
        return size_of(result)
    copied = result.contiguous is True and source.contiguous is not True
    return size_of(result) if copied else 0


def _kind(x: Tensor) -> str | None:
    return "float32" if x.dtype == "float" else x.dtype
