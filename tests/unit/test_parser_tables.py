"""The grammar's tables: free of conflicts, cached, and never trusted blindly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nnspec.cache import folder
from nnspec.syntax import table_cache
from nnspec.syntax.builder import Builder
from nnspec.syntax.tables import MAKE, compile_grammar
from nnspec.syntax.tokens import HARD_WORDS, SOFT_WORDS

GRAMMAR = Path(__file__).resolve().parents[2] / "grammar" / "nnspec.lark"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache directory of one's own, and nothing remembered; compiling the grammar costs nothing."""
    made = table_cache.tables()
    monkeypatch.setattr(table_cache, "compile_grammar", lambda text: made)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    table_cache.tables.cache_clear()
    yield tmp_path  # type: ignore[misc]
    table_cache.tables.cache_clear()


def cached(home: Path) -> Path:
    (path,) = (home / "nnspec" / "grammar").iterdir()
    return path


def read_again() -> object:
    table_cache.tables.cache_clear()
    return table_cache.tables().states


def test_the_grammar_has_no_conflict() -> None:
    compile_grammar(GRAMMAR.read_text("utf-8"))  # Lark raises where it has


def test_a_conflict_would_be_an_error() -> None:
    from lark.exceptions import GrammarError

    with pytest.raises(GrammarError):
        compile_grammar('file: (a b)*\na: "x"*\nb: "x"*\nvalues: a\n')


def test_every_rule_has_its_method_and_every_word_its_terminal() -> None:
    tables = table_cache.tables()
    missing = {r[4] for r in tables.rules if r[2] == MAKE and not hasattr(Builder, r[4])}
    assert missing == set()
    words = {word for kind in SOFT_WORDS.values() for word in kind} | HARD_WORDS
    assert words <= set(tables.ids)


def test_tables_come_from_the_cache(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = table_cache.tables()
    assert cached(home).stat().st_size > 10_000
    monkeypatch.setattr(table_cache, "compile_grammar", None)
    assert read_again() == made.states and read_again() is not made.states


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data[:10],
        lambda data: data[:5000] + bytes([data[5000] ^ 1]) + data[5001:],
        lambda data: b"something else altogether" * 1000,
        lambda data: data + b"more",
        lambda data: data[:16] + b"\0\0\0\0",
    ],
)
def test_a_damaged_cache_is_made_anew(home: Path, damage: object) -> None:
    made = table_cache.tables()
    path = cached(home)
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    states = read_again()
    assert len(states) == len(made.states)  # type: ignore[arg-type]
    assert cached(home).stat().st_size > 10_000


def test_the_cache_of_another_grammar_is_ignored(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table_cache.tables()
    before = cached(home).read_bytes()
    changed = GRAMMAR.read_bytes() + b"\n// one more line\n"
    monkeypatch.setattr(table_cache, "_grammar_text", lambda: changed)
    read_again()
    files = list((home / "nnspec" / "grammar").iterdir())
    assert len(files) == 2 and [path.read_bytes() for path in files].count(before) == 1


def test_without_a_place_for_the_cache_there_is_none(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(file))
    assert read_again()
    assert file.read_text() == "in the way"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/path")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert folder.folder("grammar") == str(tmp_path / "home" / ".cache" / "nnspec" / "grammar")
    table_cache.tables.cache_clear()


def test_nothing_is_left_beside_the_cache(home: Path) -> None:
    table_cache.tables()
    assert [path.suffix for path in (home / "nnspec" / "grammar").iterdir()] == [""]


def test_a_warm_start_imports_no_lark(home: Path) -> None:
    table_cache.tables()
    script = (
        "import sys\n"
        "from nnspec.source import Source\n"
        "from nnspec.syntax.parser import parse\n"
        "assert not parse(Source('x', 'model m = ReLU()')).diagnostics\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'lark', 'torch', 'hashlib'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=GRAMMAR.parents[1]
    )
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
