"""Standard output and error: UTF-8, newlines as they are, and no complaint when the reader goes away."""

from __future__ import annotations

import io
import os
import sys

from nnspec.cli.trouble import Trouble, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


class Console:
    """Where a command writes: `out` what was asked for, `err` what is said about it.

    closed: whether the reader of one of them has gone away.
    """

    def __init__(self) -> None:
        self.closed = False
        self.out = _plain(sys.stdout)
        self.err = _plain(sys.stderr)

    def write(self, text: str, stream: TextIO | None = None) -> None:
        """Write and flush, to standard output where no stream is given.

        A reader that is gone (`nnspec check specs | head`) is no mistake: what is left is dropped.
        Raises Trouble where the system refuses for another reason, such as a full disk; where that is so of
        standard error there is nobody to tell.
        """
        stream = stream or self.out
        try:
            stream.write(text)
            stream.flush()
        except BrokenPipeError:
            self.closed = True
            _drop(stream)
        except OSError as error:
            _drop(stream)
            if stream is self.err:
                return
            raise Trouble(f"cannot write the output: {reason(error)}") from error

    def colored(self, stream: TextIO | None = None) -> bool:
        """Whether a stream, standard output where none is given, takes color."""
        from nnspec.diagnostics.render.style import wants_color

        return wants_color(stream or self.out, os.environ)


def _plain(stream: TextIO | None) -> TextIO:
    if stream is None:  # the process was started with it closed
        return open(os.devnull, "w", encoding="utf-8")
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    return stream


def _drop(stream: TextIO) -> None:
    """Send whatever is still to come, also the interpreter's last flush, nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
