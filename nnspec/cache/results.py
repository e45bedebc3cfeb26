"""What checks found, kept for the next run.

A result is found by everything that it was made of: this Python, the files of nnspec, the text of the spec, its
name, and the root of its imports. The files that it imports are named in the result, and looked at again.
"""

from __future__ import annotations

import os

from nnspec.cache import folder
from nnspec.cache.code import code_state
from nnspec.cache.encoding import Unreadable, decode, encode
from nnspec.cache.sealed import digest, seal, unseal
from nnspec.source import plain_newlines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nnspec.cache.encoding import Value
    from nnspec.diagnostics.diagnostic import Diagnostic
    from nnspec.source import Source

    Read = Callable[[str], str]

MOST_RESULTS = 2_000
MOST_BYTES = 100_000  # of one result; what is larger is found anew each time
_KIND = b"nnspec result 1\n"
# Where files are missing or broken there is no text to compare with; and a limit may be another one next time.
_NEVER_KEPT = ("E023", "E00")


class Results:
    """The results of earlier runs.

    read: gives the text of a file; it raises OSError or UnicodeDecodeError.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._folder = folder.folder("results")
        self._state = code_state() if self._folder is not None else None
        self._evicted = False

    def recall(self, name: str, root: str, text: str | None = None) -> list[Diagnostic] | None:
        """What a check of a spec finds; None where that has to be found out.

        text: what to take for the content of the file.
        Raises OSError where the file cannot be read, UnicodeDecodeError where it is not UTF-8.
        """
        if self._folder is None or self._state is None:
            return None
        content = self._read(name) if text is None else plain_newlines(text)
        key = self._key(name, root, content)
        body = unseal(folder.read(self._path(key), MOST_BYTES), _KIND, key)
        if body is None:
            return None
        try:
            imports, others, found = _parts(decode(body), 3)
            return self._restored((name, content), imports, others, found)
        except Unreadable:
            return None

    def keep(
        self, root: str, sources: Sequence[tuple[str, Source, str]], found: Sequence[Diagnostic]
    ) -> None:
        """Remember what a check found.

        sources: the real path and the text of the spec, then those of all that it imports, directly or not, with
            `package.file` of those that packages ship, and "" of others.
        """
        if self._folder is None or self._state is None:
            return
        if any(each.code.startswith(_NEVER_KEPT) for each in found):
            return
        spec = sources[0][1]
        try:
            body = encode(_document(sources, found))
        except TypeError:
            return
        key = self._key(spec.path, root, spec.text, sources[0][0])
        data = seal(_KIND, key, body)
        if len(data) > MOST_BYTES:
            return
        if folder.write(self._path(key), data) and not self._evicted:
            self._evicted = True
            folder.evict(self._folder, MOST_RESULTS)

    def _restored(
        self, spec: tuple[str, str], imports: Value, others: Value, found: Value
    ) -> list[Diagnostic] | None:
        texts = [spec]
        for each in _parts(imports):
            name, real, known, module = _strings(each, 4)
            try:
                if os.path.realpath(name) != real or (module and not _ships(module, name)):
                    return None
                text = self._read(name)
            except (OSError, ValueError):
                return None
            if digest(_bytes(text)).hex() != known:
                return None
            texts.append((name, text))
        if found == ():
            return []
        from nnspec.cache.findings import restored
        from nnspec.source import Source

        for each in _parts(others):
            name, text = _strings(each, 2)
            texts.append((name, text))
        return restored(found, [Source(*each) for each in texts])

    def _key(self, name: str, root: str, text: str, real: str | None = None) -> bytes:
        real = os.path.realpath(name) if real is None else real
        made_of = (self._state or "", root, name, real, text)
        return digest(*map(_bytes, made_of))

    def _path(self, key: bytes) -> str:
        assert self._folder is not None
        return os.path.join(self._folder, key.hex())


def _ships(module: str, name: str) -> bool:
    from nnspec.packages import find

    found = find(module)
    return found is not None and found[0] == name


def _document(sources: Sequence[tuple[str, Source, str]], found: Sequence[Diagnostic]) -> Value:
    imports = tuple(
        (source.path, real, digest(_bytes(source.text)).hex(), module)
        for real, source, module in sources[1:]
    )
    if not found:
        return imports, (), ()
    from nnspec.cache.findings import plain

    numbers = {source: number for number, (_, source, _) in enumerate(sources)}
    values = plain(found, lambda source: numbers.setdefault(source, len(numbers)))
    others = tuple((source.path, source.text) for source in list(numbers)[len(sources) :])
    return imports, others, values


def _parts(value: Value, count: int | None = None) -> tuple[Value, ...]:
    if not isinstance(value, tuple) or count not in (None, len(value)):
        raise Unreadable
    return value


def _strings(value: Value, count: int) -> list[str]:
    strings = [each for each in _parts(value, count) if isinstance(each, str)]
    if len(strings) != count:
        raise Unreadable
    return strings


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
