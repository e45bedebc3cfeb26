"""`nnspec check` reads a line of paths without argparse, as argparse would."""

from __future__ import annotations

import pytest

from nnspec.cli import check
from nnspec.cli.specfiles import _tidy
from nnspec.cli.trouble import Trouble


@pytest.mark.parametrize("line", ["a.nnspec", "a.nnspec b/c.nnspec", "specs/"])
def test_paths_alone_are_read_alike(line: str) -> None:
    argv = line.split()
    assert vars(check.read(argv)) == vars(check.parser().read(argv))


def test_options_are_read_by_argparse() -> None:
    read = check.read(["--strict", "--format", "json", "a.nnspec", "-"])
    assert (read.strict, read.format, read.paths) == (True, "json", ["a.nnspec", "-"])


@pytest.mark.parametrize("line", ["", "--no-such-option", "--format xml a.nnspec"])
def test_mistakes_are_told(line: str) -> None:
    with pytest.raises(Trouble):
        check.read(line.split())


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a.nnspec", "a.nnspec"),
        ("./a//b.nnspec", "a/b.nnspec"),
        ("a/./b.nnspec", "a/b.nnspec"),
        ("../a.nnspec", "../a.nnspec"),
        ("a/", "a"),
        ("/a/b.nnspec", "/a/b.nnspec"),
        ("///a/.//b/", "/a/b"),
        ("", "."),
        (".", "."),
    ],
)
def test_paths_are_shown_without_what_says_nothing(written: str, shown: str) -> None:
    assert _tidy(written) == shown
