"""What is said about a name of torch that the library leaves out: left_out.toml beside this file.

Import it where a mistake has been found, and not before: its table takes time to read.
"""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files

from nnspec.record import Record


class Reason(Record):
    """Why some names are left out.

    title: of the section. why: a sentence for the reader.
    patterns: namespace and name, as fnmatch takes them; `*` for the namespace stands for every one.
    """

    title: str
    why: str
    patterns: tuple[tuple[str, str], ...]

    def match(self, place: str, name: str) -> tuple[str, str] | None:
        """The pattern that takes a name; None where there is none."""
        for where, pattern in self.patterns:
            if where in ("*", place) and fnmatchcase(name, pattern):
                return where, pattern
        return None


class LeftOut(Record):
    """The table.

    torch: the version whose names it is of, major and minor. reasons: in their order; the first that takes a name counts.
    instead: what to write, by whole name. python: the same for names of Python. arguments: for arguments of calls.
    """

    torch: str
    reasons: tuple[Reason, ...]
    instead: dict[str, str]
    python: dict[str, str]
    arguments: dict[str, str]


@cache
def table() -> LeftOut:
    """The table, read once."""
    data = tomllib.loads(
        files("nnspec.diagnostics").joinpath("left_out.toml").read_text(encoding="utf-8")
    )
    reasons = []
    for each in data["reason"]:
        patterns = tuple((place, p) for place, text in each["names"].items() for p in text.split())
        reasons.append(Reason(each["title"], each["why"], patterns))
    return LeftOut(
        data["torch"], tuple(reasons), data["instead"], data["python"], data["arguments"]
    )


def told(place: str, name: str, behind: tuple[str, ...] = ()) -> str | None:
    """What to write for a name of torch, or else why it is left out; None for a name that no line is of.

    place: the namespace, `torch.nn.functional`, or `Tensor`. name: what it has not got.
    behind: names that follow, as `Normal` follows in `torch.distributions.Normal`.
    """
    known = table()
    path = [place, name, *behind]
    while len(path) > 1:
        instead = known.instead.get(".".join(path))
        if instead is not None:
            return instead
        path.pop()
    for reason in known.reasons:
        if reason.match(place, name) is not None:
            return _as_help(reason.why)
    if name.startswith("_"):
        return "a name that begins with `_` is torch's own, and may change with any version"
    return None


# Where a bare name may have been imported from.
_IMPORTED_FROM = ("torch.nn", "torch", "torch.nn.functional")


def told_bare(name: str) -> str | None:
    """The same for a name of Python, or one without its namespace, as `from torch.nn import Parameter` brings it in.

    Short names in small letters (`fx`, `data`, `wait`), and those that only a pattern with a star fits, are
    more likely to be slips of one's own.
    """
    known = table()
    if name in known.python:
        return known.python[name]
    if name.islower() and "_" not in name:
        return None
    for whole, instead in known.instead.items():
        if whole.startswith("torch.") and whole.endswith("." + name):
            return instead
    for reason in known.reasons:
        if any((place, name) in reason.patterns for place in _IMPORTED_FROM):
            return _as_help(reason.why)
    return None


def argument(name: str) -> str | None:
    """What is said about an argument that torch's calls have and those of a spec have not; None for any other."""
    return table().arguments.get(name)


def _as_help(why: str) -> str:
    """A sentence of the table as a help, which begins small and has no full stop."""
    small = (
        why
        if why.startswith(("torch", "LAPACK")) or why[1:2].isupper()
        else why[:1].lower() + why[1:]
    )
    return small.removesuffix(".")
