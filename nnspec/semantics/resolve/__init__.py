"""The resolve stage: from a syntax tree to what every name in it means."""

from __future__ import annotations

from nnspec.semantics.resolve.files import Importer, resolve, resolve_declaration

__all__ = ["Importer", "resolve", "resolve_declaration"]
