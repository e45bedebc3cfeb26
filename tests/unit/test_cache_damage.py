"""A cache that is damaged, another's, or not there changes nothing of what is said."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nnspec.cache import folder, results, sealed
from nnspec.cache.encoding import MAX_DEPTH, Unreadable, decode, encode

from .cache_runs import PARTS, USES, Check, Compiled, cache, check, recall

if TYPE_CHECKING:
    from nnspec.cache.encoding import Value

__all__ = ["cache", "check", "recall"]

HEAD = len(results._KIND) + sealed.SIZE


@pytest.fixture
def kept(cache: Path, check: Check) -> Path:
    """The file of a result with findings and an import."""
    Path("net.nnspec").write_text(USES, "utf-8")
    Path("parts.nnspec").write_text(PARTS, "utf-8")
    check("net.nnspec")
    (path,) = cache.iterdir()
    return path


def assert_ignored(kept: Path, data: bytes, check: Check, recall: Check) -> None:
    """A file in the place of a result is not taken for one, and gives way to the right one."""
    right = kept.read_bytes()
    kept.write_bytes(data)
    with pytest.raises(Compiled):
        recall("net.nnspec")
    assert check("net.nnspec") == check("--no-cache", "net.nnspec")
    assert kept.read_bytes() == right


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:1],
        lambda data: data[:HEAD],
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: data.replace(b"result 1", b"result 2"),
        lambda data: data[:-HEAD] + bytes(HEAD),
        lambda data: b"something else altogether" * 100,
        lambda data: bytes(200_000),
    ],
)
def test_damage_is_seen(
    damage: Callable[[bytes], bytes], kept: Path, check: Check, recall: Check
) -> None:
    assert_ignored(kept, damage(kept.read_bytes()), check, recall)


def test_every_flipped_bit_is_seen(kept: Path, recall: Check) -> None:
    right = kept.read_bytes()
    for place in range(len(right)):
        wrong = bytearray(right)
        wrong[place] ^= 1 << place % 8
        kept.write_bytes(wrong)
        with pytest.raises(Compiled):
            recall("net.nnspec")


def test_what_was_made_to_look_right_does_no_harm(kept: Path, recall: Check) -> None:
    """A file whose digest is right and whose content is not: no answer, or findings that can be shown."""
    right = kept.read_bytes()
    document = decode(right[HEAD:])
    chance = random.Random(0)
    refused = 0
    for _ in range(400):
        body = encode(_altered(document, chance))
        kept.write_bytes(sealed.seal(results._KIND, bytes.fromhex(kept.name), body))
        try:
            code, out, err = recall("net.nnspec")
            assert code in (0, 1) and out and not err
        except Compiled:
            refused += 1
    assert 0 < refused < 400


def _altered(value: Value, chance: random.Random) -> Value:
    """A value with something changed in it, somewhere."""
    if isinstance(value, tuple) and value and chance.random() < 0.85:
        place = chance.randrange(len(value))
        return (*value[:place], _altered(value[place], chance), *value[place + 1 :])
    if isinstance(value, tuple) and chance.random() < 0.5:
        return chance.choice([(), value + value, value[1:], (value,)])
    others: list[Value] = [
        None,
        True,
        0,
        -1,
        10**9,
        "",
        "E9999",
        "\udc80\0",
        "net.nnspec",
        (),
        ((),),
    ]
    return chance.choice(others)


def test_bytes_that_are_no_values_are_refused() -> None:
    chance = random.Random(1)
    signs = b"nntfis((0123456789:::-\xff"
    for _ in range(20_000):
        data = bytes(chance.choice(signs) for _ in range(chance.randrange(12)))
        try:
            value = decode(data)
        except Unreadable:
            continue
        assert decode(encode(value)) == value
    for data in (b"(1:" * 100_000 + b"n", b"(999999999:", b"i" + b"9" * 5000 + b":", b"s9:a"):
        with pytest.raises(Unreadable):
            decode(data)


@pytest.mark.parametrize(
    "value",
    [None, True, False, 0, -7, 10**17, "", "é\0\udc80:", (), (1, ("a", (None,)), True)],
    ids=repr,
)
def test_values_come_back(value: Value) -> None:
    again = decode(encode(value))
    assert again == value and type(again) is type(value)


def test_what_is_no_plain_value_is_refused() -> None:
    for value in (1.5, b"", [1], {}, object()):
        with pytest.raises(TypeError):
            encode((value,))  # type: ignore[arg-type]
    deep: Value = ()
    for _ in range(MAX_DEPTH + 1):
        deep = (deep,)
    with pytest.raises(Unreadable):
        decode(encode(deep))


@pytest.mark.parametrize("place", ["cache", "nnspec", "results"])
def test_a_file_in_the_way_is_left_alone(
    place: str, cache: Path, check: Check, recall: Check
) -> None:
    path = {"cache": cache.parent.parent, "nnspec": cache.parent, "results": cache}[place]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("in the way")
    Path("net.nnspec").write_text(PARTS, "utf-8")
    assert check("net.nnspec") == (0, "1 file checked, no problems\n", "")
    assert path.read_text() == "in the way"


@pytest.mark.parametrize("kind", ["folder", "pipe", "link"])
def test_what_is_no_file_is_no_result(kind: str, kept: Path, recall: Check) -> None:
    data = kept.read_bytes()
    kept.unlink()
    if kind == "folder":
        kept.mkdir()
    elif kind == "pipe":
        os.mkfifo(kept)
    else:
        kept.symlink_to(kept.with_name("nowhere"))
    with pytest.raises(Compiled):
        recall("net.nnspec")
    assert data.startswith(results._KIND)


def test_without_a_home_nothing_is_kept(
    check: Check, recall: Check, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    Path("net.nnspec").write_text(PARTS, "utf-8")
    assert check("net.nnspec")[0] == 0
    assert not cache.exists() and not Path("relative").exists()


def test_another_users_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    assert folder.write(str(path), b"content")
    assert folder.read(str(path), 100) == b"content"
    about = os.stat_result((*path.stat()[:4], 12345, *path.stat()[5:]))
    monkeypatch.setattr(os, "fstat", lambda descriptor: about)
    monkeypatch.setattr(os, "getuid", lambda: 999)
    assert folder.read(str(path), 100) is None


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert not folder.write(str(tmp_path / "file"), b"content")
    assert list(tmp_path.iterdir()) == []
