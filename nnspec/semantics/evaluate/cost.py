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
        """Count the bytes of a result, if it is a tensor of known shape."""
        if isinstance(value, Tensor) and value.dims is not None:
            size: DimLike = BYTES.get(value.dtype or "", 4)
            for dim in value.dims:
                size = dim * size if not isinstance(dim, int) else size * dim
            self.memory = self.memory + size
