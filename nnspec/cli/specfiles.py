"""The specs that a command line names: files, folders searched through, and standard input."""

from __future__ import annotations

import os
import sys

from nnspec.cli.trouble import Trouble, reason
from nnspec.diagnostics.suggest import nearest
from nnspec.files import bounded, content, decoded
from nnspec.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SUFFIX = ".nnspec"


class SpecFile(Record, eq=False):
    """One spec to read.

    name: its path as messages have it, which is as the user wrote it.
    inside: the folder argument in which it was found; None for a file that was named itself.
    text: what standard input held; None for a file on the disk.
    """

    name: str
    inside: str | None = None
    text: str | None = None

    @property
    def path(self) -> Path:
        """Where the spec is."""
        from pathlib import Path

        return Path(self.name)

    @property
    def folder(self) -> Path | None:
        """The folder argument in which it was found."""
        from pathlib import Path

        return None if self.inside is None else Path(self.inside)


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
        name = _tidy(stdin_name or "<stdin>")
        yield SpecFile(name, None, _decoded(*bounded(sys.stdin.buffer), name))
        return
    path = _tidy(argument)
    if os.path.isdir(path):
        inside = _search(path)
        if not inside:
            raise Trouble(f"{argument} holds no specs (files that end in {SUFFIX})")
        for each in inside:
            _readable(each)
            yield SpecFile(each, path)
    elif os.path.splitext(path)[1] != SUFFIX and os.path.exists(path):
        raise Trouble(
            f"{argument} is no spec: specs end in {SUFFIX} (to check it all the same: nnspec check - < {argument})"
        )
    else:
        _readable(path)
        yield SpecFile(path)


def _tidy(path: str) -> str:
    """A path without what says nothing: `./a//b/` is `a/b`."""
    if os.name == "posix" and not path.startswith("//"):
        names = [name for name in path.split("/") if name not in ("", ".")]
        return "/" * path.startswith("/") + "/".join(names) or "."
    from pathlib import Path

    return str(Path(path))


def _search(folder: str) -> list[str]:
    def refuse(error: OSError) -> None:
        raise Trouble(f"cannot read {error.filename}: {reason(error)}") from error

    found: list[str] = []
    for top, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [_tidy(os.path.join(top, n)) for n in files if n.endswith(SUFFIX) and n[0] != "."]
    return sorted(found, key=lambda path: path.split(os.sep))


def _readable(path: str) -> None:
    try:
        data, whole = content(path)
    except FileNotFoundError as error:
        raise Trouble(f"there is no {path}{_instead(path)}") from error
    except OSError as error:
        raise Trouble(f"cannot read {path}: {reason(error)}") from error
    _decoded(data, whole, path)


def _decoded(data: bytes, whole: bool, name: str) -> str:
    try:
        return decoded(data, whole)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = f"0x{data[error.start]:02x}"
        raise Trouble(
            f"{name} is not UTF-8: byte {byte} on line {line} (save it as UTF-8)"
        ) from error


def _instead(name: str) -> str:
    """What the folder holds that the path may mean."""
    from pathlib import Path

    path = Path(name)
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
    return "-" if spec.text is not None else os.path.abspath(spec.name)
