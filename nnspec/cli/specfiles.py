"""The specs that a command line names: files, folders searched through, and standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from nnspec.cli.trouble import Trouble, reason
from nnspec.diagnostics.suggest import nearest
from nnspec.record import Record

SUFFIX = ".nnspec"


class SpecFile(Record, eq=False):
    """One spec to read.

    path: as it is named in messages, which is as the user wrote it.
    folder: the folder argument in which it was found; None for a file that was named itself.
    text: what standard input held; None for a file on the disk.
    """

    path: Path
    folder: Path | None = None
    text: str | None = None


def gather(arguments: Sequence[str], stdin_name: str | None = None) -> list[SpecFile]:
    """The specs that arguments name, each once, in the order of the arguments, those of a folder sorted.

    Folders are searched for `*.nnspec` without entering hidden ones (`.venv`, `.git`) or links to folders.
    stdin_name: the path under which `-` is checked; its imports are relative to that.
    Raises Trouble, with all that is wrong, where an argument is missing, unreadable, no spec, or holds none.
    """
    found: dict[str, SpecFile] = {}
    problems: list[str] = []
    for argument in arguments:
        try:
            for spec in _named(argument, stdin_name):
                found.setdefault(_identity(spec), spec)
        except Trouble as trouble:
            problems += trouble.problems
    if problems:
        raise Trouble(*problems)
    return list(found.values())


def _named(argument: str, stdin_name: str | None) -> Iterator[SpecFile]:
    if argument == "-":
        name = stdin_name or "<stdin>"
        yield SpecFile(Path(name), None, _decoded(sys.stdin.buffer.read(), name))
        return
    path = Path(argument)
    if path.is_dir():
        inside = _search(path)
        if not inside:
            raise Trouble(f"{argument} holds no specs (files that end in {SUFFIX})")
        for each in inside:
            _readable(each)
            yield SpecFile(each, path)
    elif path.suffix != SUFFIX and path.exists():
        raise Trouble(
            f"{argument} is no spec: specs end in {SUFFIX} (to check it all the same: nnspec check - < {argument})"
        )
    else:
        _readable(path)
        yield SpecFile(path)


def _search(folder: Path) -> list[Path]:
    def refuse(error: OSError) -> None:
        raise Trouble(f"cannot read {error.filename}: {reason(error)}") from error

    found: list[Path] = []
    for top, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        here = Path(top)
        found += [here / name for name in files if name.endswith(SUFFIX) and name[0] != "."]
    return sorted(found, key=lambda path: path.parts)


def _readable(path: Path) -> None:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise Trouble(f"there is no {path}{_instead(path)}") from error
    except OSError as error:
        raise Trouble(f"cannot read {path}: {reason(error)}") from error
    _decoded(data, str(path))


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = f"0x{data[error.start]:02x}"
        raise Trouble(
            f"{name} is not UTF-8: byte {byte} on line {line} (save it as UTF-8)"
        ) from error


def _instead(path: Path) -> str:
    """What the folder holds that the path may mean."""
    with_suffix = path.with_name(path.name + SUFFIX) if path.name else path
    if path.name and with_suffix.exists():
        return f"; did you mean {with_suffix}?"
    try:
        names = os.listdir(path.parent)
    except OSError:
        return ""
    meant = nearest(path.name, [name for name in names if name.endswith(SUFFIX)], 1)
    return f"; did you mean {path.with_name(meant[0])}?" if meant else ""


def _identity(spec: SpecFile) -> str:
    return "-" if spec.text is not None else os.path.abspath(spec.path)
