"""The same tree as the emitted text, compiled with the places of the spec."""

from __future__ import annotations

from types import CodeType

from nnspec.ir import tree
from nnspec.ir.nodes import File


def code_of(file: File) -> CodeType:
    """Code that, executed, defines what the emitted file defines.

    Its filename and positions are the spec's, so a traceback shows the spec's lines.
    """
    return compile(tree.module(file), file.filename, "exec", dont_inherit=True)
