"""Files in the user's cache directory: whole or not there.

A folder that is missing, full or not writable costs time and nothing else. No function here raises OSError.
"""

from __future__ import annotations

import os
from stat import S_ISREG


def folder(sort: str) -> str | None:
    """Where files of a sort are kept: under XDG_CACHE_HOME, else ~/.cache; None where there is no home."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        home = os.path.expanduser("~")
        if not os.path.isabs(home):
            return None
        base = os.path.join(home, ".cache")
    return os.path.join(base, "nnspec", sort)


def read(path: str, most: int) -> bytes | None:
    """The content of a file; None where there is none, where it is longer than `most` bytes, or another user's."""
    try:
        # A pipe in the place of the file would never end.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):
        return None
    try:
        about = os.fstat(descriptor)
        if not S_ISREG(about.st_mode) or about.st_size > most or not _trusted(about):
            return None
        data = os.read(descriptor, most + 1)
        return data if len(data) == about.st_size else None
    except OSError:
        return None
    finally:
        os.close(descriptor)


def write(path: str, data: bytes) -> bool:
    """Put a file in its place in one step, so that no reader ever sees a part of it; whether that went well."""
    temporary = f"{path}.{os.getpid()}.tmp"
    made = False
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(temporary, "xb") as file:
            made = True
            file.write(data)
        os.replace(temporary, path)
        return True
    except (OSError, ValueError):
        if made:
            remove(temporary)
        return False


def remove(path: str) -> None:
    """Remove a file, if that can be done."""
    try:
        os.unlink(path)
    except OSError:
        pass


def evict(kept: str, most: int) -> None:
    """Remove the oldest files of a folder where it holds more than `most`, until it holds three quarters of that."""
    try:
        names = os.listdir(kept)
        if len(names) <= most:
            return
        dated = []
        for name in names:
            path = os.path.join(kept, name)
            try:
                dated.append((os.stat(path, follow_symlinks=False).st_mtime_ns, path))
            except FileNotFoundError:  # another run removes them, too
                continue
    except OSError:
        return
    dated.sort()
    for _, path in dated[: max(len(dated) - most * 3 // 4, 0)]:
        remove(path)


def _trusted(about: os.stat_result) -> bool:
    """Whether a file is the user's, or root's, who may write what he likes anyway."""
    return not hasattr(os, "getuid") or about.st_uid in (0, os.getuid())
