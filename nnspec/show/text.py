"""A survey as text for a terminal: a table as wide as that is, and totals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import wrap

from nnspec.semantics.values import DimLike, Tensor, TupleValue, Value
from nnspec.show.columns import HELD, Cells, aligned
from nnspec.show.figures import Names, exact, free_names, short, size
from nnspec.show.survey import Row, Survey
from nnspec.show.table import by_depth, output, times

HEAD = ("layer", "output", "params", "FLOPs", "memory")
SHAPE = re.compile(r"\[[^\[\]]{,24}\]")
# A total that is a longer formula stands below the table alone.
LONG = 20


def text(made: Survey, width: int, depth: int | None = None) -> str:
    """The tree of layers, indented by depth, and what it comes to.

    width: of the terminal, in characters; depth: how many levels are shown, all where it is None.
    """
    rows = [(row, at) for row, at in by_depth(made.row) if depth is None or at <= depth]
    names = Names(_sizes(made), free_names(_sizes(made)))
    lines = aligned([HEAD, *(_cells(row, at, names) for row, at in rows)], width)
    lines += ["", *_totals(made, width)]
    shown = "\n".join(lines)
    legend = [f"{n} = {m}" for n, m in names.legend.items() if any(n in each for each in lines)]
    if legend:
        # A blank that does not break keeps each name with its meaning.
        folded = _paragraph("where", ", ".join(each.replace(" ", HELD) for each in legend), width)
        shown += "\n\n" + "\n".join(folded).replace(HELD, " ")
    return shown + "\n"


def _cells(row: Row, depth: int, names: Names) -> Cells:
    def figure(number: DimLike | None) -> str:
        return short(number, names)

    def cost(shown: str) -> str:
        return "below" if depth == 0 and row.rows and len(shown) > LONG else shown

    kind = f": {row.kind}" if row.kind else ""
    return (
        f"{'  ' * depth}{row.name}{kind}{times(row.count, figure).replace(' ', HELD)}",
        "" if not row.kind else _result(output(row.output, figure)),
        "shared" if row.again and row.params else figure(row.params) if row.kind else "",
        cost(figure(row.flops)),
        (
            size(row.memory).replace(" ", HELD)
            if isinstance(row.memory, int)
            else cost(size(row.memory, names))
        ),
    )


def _result(shown: str) -> str:
    """A result; where it is of several tensors, it is folded between them."""
    several = shown.count("[") > 1
    return SHAPE.sub(lambda found: found[0].replace(" ", HELD), shown) if several else shown


def _sizes(made: Survey) -> list[DimLike]:
    """All numbers of the table, those of shapes first."""
    rows = [row for row, _ in by_depth(made.row)]
    found = [
        dim for value in (*made.inputs.values(), *(r.output for r in rows)) for dim in _dims(value)
    ]
    for row in rows:
        found += [n for n in (row.params, row.flops, row.memory) if n is not None]
    return found


def _dims(value: Value) -> Iterator[DimLike]:
    if isinstance(value, Tensor):
        yield from value.dims or ()
    elif isinstance(value, TupleValue):
        for item in value.items:
            yield from _dims(item)


def _totals(made: Survey, width: int) -> Iterator[str]:
    """What the model comes to, with all digits."""
    row = made.row
    inputs = ", ".join(f"{n}={output(v, str)}" for n, v in made.inputs.items() if v is not None)
    rows = [("input", inputs or "none")]
    rows.append(("params", exact(row.params) + _in_bytes(made.param_bytes)))
    if made.tied != 0:
        rows.append(("", f"{exact(made.tied)} more are the same by `tie`"))
    if made.buffers != 0:
        rows.append(("buffers", exact(made.buffers) + _in_bytes(made.buffer_bytes)))
    rows.append(("FLOPs", exact(row.flops)))
    rows.append(("memory", f"{exact(row.memory)} bytes{_in_bytes(row.memory)}"))
    for title, value in rows:
        yield from _paragraph(title, value, width)
    free = free_names([row.flops, row.memory, row.params, *_sizes(made)])
    if free:
        asked = ",".join(f"{name}=…" for name in free)
        yield f"numbers  --dims {asked}"
    data = [name for name in made.chosen if name in free]
    if data:
        yield f"         the data decide {' and '.join(data)}: one number stands for all of a name"


def _in_bytes(number: DimLike | None) -> str:
    return f" ({size(number)})" if isinstance(number, int) else ""


def _paragraph(title: str, value: str, width: int) -> list[str]:
    return wrap(
        value,
        width,
        initial_indent=f"{title:<9}",
        subsequent_indent=" " * 9,
        break_long_words=False,
        break_on_hyphens=False,
    )
