"""Putting files in the place of others, each whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from nnspec.cli.trouble import Trouble, reason


def replace_files(contents: Mapping[Path, bytes]) -> None:
    """Write files: all contents go to the disk before any takes its place, and no file is ever half written.

    A file that stands there keeps its permissions; folders are made where they are missing.
    Raises Trouble where the system refuses.
    """
    waiting: list[tuple[Path, Path]] = []
    try:
        for path, data in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
            waiting.append((draft, path))
            draft.write_bytes(data)
            if path.exists():
                os.chmod(draft, stat.S_IMODE(path.stat().st_mode))
        while waiting:
            os.replace(*waiting[0])
            del waiting[0]
    except OSError as error:
        raise Trouble(
            f"cannot write {error.filename2 or error.filename}: {reason(error)}"
        ) from error
    finally:
        for draft, _ in waiting:
            draft.unlink(missing_ok=True)
