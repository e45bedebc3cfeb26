"""A survey as text for people, as Markdown, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from nnspec.show.survey import Number, Row

HEAD = ("layer", "type", "output", "params", "FLOPs", "memory")
Cells = tuple[str, ...]


def text(root: Row) -> str:
    """The tree with aligned columns, indented by depth."""
    lines = [HEAD, *_cells(root, 0)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEAD))]
    written = []
    for line in lines:
        left = [cell.ljust(width) for cell, width in zip(line[:3], widths[:3], strict=True)]
        right = [cell.rjust(width) for cell, width in zip(line[3:], widths[3:], strict=True)]
        written.append("  ".join([*left, *right]).rstrip())
    return "\n".join(written) + "\n"


def markdown(root: Row) -> str:
    """The same as a table."""
    rows = [
        (f"{'&nbsp;' * 4 * depth}{name.strip()}", *rest)
        for (name, *rest), depth in zip(_cells(root, 0), _depths(root, 0), strict=True)
    ]
    lines = [HEAD, ("---", "---", "---", "---:", "---:", "---:"), *rows]
    return "".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines
    )


def as_json(root: Row) -> str:
    """The tree as nested objects; formulas are strings, bytes and operations whole numbers."""
    return json.dumps(_object(root), indent=2) + "\n"


def _object(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "type": row.kind,
        "count": row.count,
        "output": row.output,
        "params": row.params,
        "flops": row.flops,
        "memory": row.memory,
        "layers": [_object(each) for each in row.rows],
    }


def _cells(row: Row, depth: int) -> Iterator[Cells]:
    times = f" × {row.count}" if row.count > 1 else ""
    yield (
        f"{'  ' * depth}{row.name}{times}",
        row.kind,
        "not called" if row.output is None else row.output,
        _shown(row.params),
        _shown(row.flops),
        _bytes(row.memory),
    )
    for each in row.rows:
        yield from _cells(each, depth + 1)


def _depths(row: Row, depth: int) -> Iterator[int]:
    yield depth
    for each in row.rows:
        yield from _depths(each, depth + 1)


def _shown(number: Number | None) -> str:
    if number is None:
        return "?"
    return f"{number:,}" if isinstance(number, int) else number


def _bytes(number: Number | None) -> str:
    """A size in memory, to three digits in binary units; a formula is in bytes."""
    if not isinstance(number, int):
        return _shown(number)
    size, units = float(number), ["B", "KiB", "MiB", "GiB", "TiB"]
    while size >= 1024 and len(units) > 1:
        size /= 1024
        del units[0]
    return f"{number} B" if units[0] == "B" else f"{size:.1f} {units[0]}"
