"""A survey as Markdown, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from nnspec.semantics.values import (
    Choice,
    DimLike,
    ListValue,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.show.figures import exact, size
from nnspec.show.survey import NOT_CALLED, Row, Survey

HEAD = ("layer", "type", "output", "params", "FLOPs", "memory")


def markdown(made: Survey) -> str:
    """The tree as a table with all digits."""
    lines = [HEAD, ("---", "---", "---", "---:", "---:", "---:")]
    for row, depth in by_depth(made.row):
        lines.append(
            (
                "&nbsp;" * 4 * depth + row.name + times(row.count, exact),
                row.kind,
                output(row.output, exact),
                "shared" if row.again and row.params else exact(row.params),
                exact(row.flops),
                size(row.memory),
            )
        )
    return "".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines
    )


def as_json(made: Survey) -> str:
    """The tree as nested objects; formulas are strings, bytes and operations whole numbers."""
    found = {
        **_object(made.row),
        "inputs": {name: output(value, exact) for name, value in made.inputs.items()},
        "param_bytes": _plain(made.param_bytes),
        "buffers": _plain(made.buffers),
        "buffer_bytes": _plain(made.buffer_bytes),
        "sizes_of_data": list(made.chosen),
    }
    return json.dumps(found, indent=2) + "\n"


def _object(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "type": row.kind or None,
        "count": _plain(row.count),
        "shared": row.again,
        "output": None if row.output is NOT_CALLED else output(row.output, str),
        "params": _plain(row.params),
        "flops": _plain(row.flops),
        "memory": _plain(row.memory),
        "layers": [_object(each) for each in row.rows],
    }


def _plain(number: DimLike | None) -> int | str | None:
    return number if number is None or isinstance(number, int) else str(number)


def by_depth(row: Row, depth: int = 0) -> Iterator[tuple[Row, int]]:
    """A row and all below it, each with how deep it stands."""
    yield row, depth
    for each in row.rows:
        yield from by_depth(each, depth + 1)


def times(count: DimLike, show: Callable[[DimLike], str]) -> str:
    """How many calls a row stands for: ` × 12`."""
    return "" if count == 1 else f" × {show(count)}"


def output(value: Value, show: Callable[[DimLike], str]) -> str:
    """A result: `[B, 3]`, `([B, 3], int64[B])`, `16 of [B, 64]`."""
    if value is NOT_CALLED:
        return "not called"
    match value:
        case Tensor(dtype=dtype, dims=dims):
            prefix = "" if dtype in (None, "float", "float32") else dtype
            sizes = (
                ("...",)
                if dims is None
                else (str(d) if isinstance(d, int) else show(d) for d in dims)
            )
            return f"{prefix}[{', '.join(sizes)}]"
        case TupleValue(items):
            return f"({', '.join(output(item, show) for item in items)})"
        case ListValue(items):
            if len(items) > 1 and all(item == items[0] for item in items):
                return f"{len(items)} of {output(items[0], show)}"
            return f"[{', '.join(output(item, show) for item in items)}]"
        case RepeatValue(element, count):
            return f"{show(count)} of {output(element, show)}"
        case Choice(options):
            given = " | ".join(output(each, show) for each in options if each is not None)
            return f"{given}?" if None in options else given
        case Unknown(kind):
            return "?" if kind == "any" else f"a {kind}"
        case None:
            return "None"
    return show(value) if isinstance(value, DimLike) and not isinstance(value, bool) else "?"
