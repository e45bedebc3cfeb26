"""Content with a digest of it, and of what it was made of: whole and right, or not there."""

from __future__ import annotations

import os

try:
    # hashlib loads OpenSSL, which takes longer than all that is hashed here.
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

SIZE = 16  # of a digest, in bytes


def seal(kind: bytes, key: bytes, content: bytes) -> bytes:
    """A file of some content.

    kind: the first bytes of all files of the sort, with the version of their form.
    key: what the content was made of; it is not kept itself.
    """
    return b"".join((kind, digest(kind, key, content), content))


def unseal(data: bytes | None, kind: bytes, key: bytes) -> bytes | None:
    """The content of a file; None where it is damaged, of another sort, or made of something else."""
    if data is None or not data.startswith(kind):
        return None
    head = len(kind) + SIZE
    content = data[head:]
    return content if data[len(kind) : head] == digest(kind, key, content) else None


def named(folder: str, key: bytes) -> str:
    """The path of the file with what was made of something, so that different makings do not meet in one."""
    return os.path.join(folder, digest(key).hex())


def digest(*parts: bytes) -> bytes:
    """A number, as bytes, that no other parts have."""
    made = blake2b(digest_size=SIZE)
    for part in parts:
        made.update(b"%d:" % len(part))
        made.update(part)
    return made.digest()
