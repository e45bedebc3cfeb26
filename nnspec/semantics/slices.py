"""`lower:upper:step`, in an index or made by `slice(...)`."""

from __future__ import annotations

from nnspec.record import Record
from nnspec.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nnspec.semantics.values import Value


class SliceItem(Record, eq=False):
    """`lower:upper:step` of an index; each a size or None, with the span of the whole."""

    lower: Value
    upper: Value
    step: Value
    span: Span | None = None
