"""The library as it is kept between runs: the same trees, and the library's own files where it is not kept well."""

from __future__ import annotations

import marshal
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from nnspec.cache.sealed import seal, unseal
from nnspec.library import catalog, stored
from nnspec.library.catalog import Catalog
from nnspec.library.trees import flat, tree
from nnspec.project import Project
from nnspec.source import Source, Span
from nnspec.syntax.node import Node

SPEC = """module Net:
    conv = Conv2d(3, 6, 5, padding="same")
    norm = BatchNorm2d(6)

    def forward(x: [B, 3, 32, 32]) -> [B, 6, 16, 16]:
        return x |> conv |> norm |> relu |> max_pool2d(2)
"""


def shown(value: object) -> object:
    """A tree as plain values, with its places."""
    if isinstance(value, Node):
        return type(value).__name__, [shown(getattr(value, name)) for name in value.fields]
    if isinstance(value, Span):
        return value.source.path, value.start, value.end
    if isinstance(value, tuple):
        return [shown(each) for each in value]
    return type(value), value


def test_every_declaration_comes_back_as_it_was() -> None:
    for declaration in catalog.library().all_declarations():
        source = declaration.span.source
        again = tree(marshal.loads(marshal.dumps(flat(declaration))), source)
        assert again is not declaration and shown(again) == shown(declaration)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of the library after a check, in a cache directory of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    writers: list[stored.Stored] = []
    made = stored.Stored.__init__

    def init(self: stored.Stored) -> None:
        made(self)
        writers.append(self)

    monkeypatch.setattr(stored.Stored, "__init__", init)
    assert checked() == []
    (writer,) = writers
    writer._write()
    (path,) = (tmp_path / "nnspec" / "library").iterdir()
    yield path
    catalog.library.cache_clear()


def checked() -> list[str]:
    """What a check finds whose library is read anew."""
    catalog.library.cache_clear()
    report = Project(files={"net.nnspec": SPEC}).check("net.nnspec")
    return [diagnostic.message for diagnostic in report.diagnostics]


def test_what_is_kept_is_not_parsed_again(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a declaration was parsed")

    monkeypatch.setattr("nnspec.syntax.parser.parse_declaration", refuse)
    monkeypatch.setattr("nnspec.library.stored.index", refuse)
    assert checked() == []


def test_indexes_that_are_kept_are_those_of_the_files(kept: Path) -> None:
    catalog.library.cache_clear()
    from_cache = catalog.library()
    folder = Path(catalog.__file__).parent
    sources = [
        Source(f"<nnspec>/{path.name}", path.read_text("utf-8"))
        for path in sorted(folder.glob("*.nnspec"))
    ]
    from_files = Catalog(sources)
    assert from_cache.names() == from_files.names()
    assert from_cache.method_names() == from_files.method_names()
    for namespace in ("torch", "torch.nn.functional", "Tensor"):
        assert from_cache.names_in_namespace(namespace) == from_files.names_in_namespace(namespace)


def test_other_code_keeps_its_own(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = kept.read_bytes()
    monkeypatch.setattr(stored, "code_state", lambda *parts: "another state")
    assert unseal(before, stored._KIND, b"another state") is None
    assert checked() == []
    monkeypatch.setattr(stored, "code_state", lambda *parts: None)
    assert checked() == []


def test_damage_changes_nothing(kept: Path) -> None:
    right = kept.read_bytes()
    chance = random.Random(0)
    for _ in range(20):
        wrong = bytearray(right)
        wrong[chance.randrange(len(wrong))] ^= 1 << chance.randrange(8)
        kept.write_bytes(wrong[: chance.choice([len(wrong), chance.randrange(len(wrong))])])
        assert checked() == []


def test_trees_that_are_none_are_parsed(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = (stored.code_state(*stored._PARTS) or "").encode()
    content = unseal(kept.read_bytes(), stored._KIND, key)
    assert content is not None
    indexes, trees = marshal.loads(content)
    for wrong in ([], [999, 0, 0], [0], "text", None, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]):
        broken = dict.fromkeys(trees, marshal.dumps(wrong))
        kept.write_bytes(seal(stored._KIND, key, marshal.dumps((indexes, broken))))
        assert checked() == []
    kept.write_bytes(seal(stored._KIND, key, b"no marshal"))
    assert checked() == []
    kept.write_bytes(seal(stored._KIND, key, marshal.dumps((1, 2))))
    assert checked() == []
