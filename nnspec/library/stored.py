"""The library in a form that needs no parsing, kept in the user's cache directory.

What is kept: where each declaration stands, and the trees of those that checks have asked for. A declaration that
is not there is parsed, and added when the process ends. Loading trees takes a quarter of what parsing takes.
"""

from __future__ import annotations

import marshal

from nnspec.cache import folder
from nnspec.cache.code import code_state
from nnspec.cache.sealed import named, seal, unseal
from nnspec.library.index import Entry, entry_of, index, row_of
from nnspec.library.trees import flat, tree
from nnspec.source import Source
from nnspec.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nnspec.library.index import Row

_KIND = b"nnspec library 1\n"
_MOST = 20_000_000  # bytes
_MOST_FILES = 8  # of other versions, other environments
# What the trees of the library depend on.
_PARTS = ("library", "syntax", "grammar", "source.py", "record.py")


class LibraryFile(Source):
    """A file of the library; its text is read when somebody asks for it."""

    def __init__(self, name: str, file: str) -> None:
        super().__init__(f"<nnspec>/{name}", "")
        self._file = file
        self._text: str | None = None

    @property
    def text(self) -> str:
        """The whole text."""
        if self._text is None:
            with open(self._file, encoding="utf-8") as file:
                self._text = file.read()
        return self._text

    @text.setter
    def text(self, text: str) -> None:
        pass


class Stored:
    """What is kept of the library: rows of `Entry` by file, trees by file and offset."""

    def __init__(self) -> None:
        kept, state = folder.folder("library"), code_state(*_PARTS)
        self._folder = kept
        self._key = (state or "").encode("utf-8", "surrogatepass")
        self._path = named(kept, self._key) if kept is not None and state is not None else None
        self._indexes: dict[str, list[Row]] = {}
        self._trees: dict[tuple[str, int], bytes] = {}
        self._new = False
        if self._path is not None:
            self._load(self._path)

    def _load(self, path: str) -> None:
        body = unseal(folder.read(path, _MOST), _KIND, self._key)
        if body is None:
            return
        try:
            # marshal trusts what it reads, as it does where Python loads our code; the digest is right.
            indexes, trees = marshal.loads(body)
        except (ValueError, EOFError, TypeError):
            return
        if isinstance(indexes, dict) and isinstance(trees, dict):
            self._indexes, self._trees = indexes, trees

    def index(self, file: Source) -> list[Entry]:
        """The declarations of a file."""
        try:
            return [entry_of(row) for row in self._indexes[file.path]]
        except (KeyError, ValueError, TypeError):
            entries = index(file.text)
            self._indexes[file.path] = [row_of(entry) for entry in entries]
            self._change()
            return entries

    def tree(self, file: Source, entry: Entry) -> ast.Declaration | None:
        """The tree of a declaration, made anew; None where it is not kept."""
        kept = self._trees.get((file.path, entry.start))
        if kept is None:
            return None
        try:
            found = tree(marshal.loads(kept), file)
        except (ValueError, EOFError, TypeError, IndexError, KeyError, RecursionError):
            return None
        return found if isinstance(found, ast.Declaration) else None

    def add(self, file: Source, entry: Entry, declaration: ast.Declaration) -> None:
        """Keep the tree of a declaration."""
        self._trees[file.path, entry.start] = marshal.dumps(flat(declaration))
        self._change()

    def _change(self) -> None:
        """Write what is new when the process ends: a check asks for a dozen declarations, one after another."""
        if self._path is not None and not self._new:
            import atexit

            self._new = True
            atexit.register(self._write)

    def _write(self) -> None:
        assert self._path is not None and self._folder is not None
        content = marshal.dumps((self._indexes, self._trees))
        folder.write(self._path, seal(_KIND, self._key, content))
        folder.evict(self._folder, _MOST_FILES)
