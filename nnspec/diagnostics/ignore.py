"""Comments that silence warnings at their line: `# nnspec: ignore[W0201]`, `# nnspec: ignore[W0201, W0302]`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from nnspec.diagnostics.registry import CODES
from nnspec.diagnostics.suggest import nearest
from nnspec.record import Record
from nnspec.source import Source, Span

_FORM = "# nnspec: ignore[W0201]"


class _Ignore(Record, eq=False):
    """One comment: the line it is on, its codes with their places; no codes where its form is wrong."""

    line: int
    span: Span
    codes: tuple[Span, ...]


def silence(diagnostics: Iterable[Diagnostic], sources: Iterable[Source]) -> list[Diagnostic]:
    """The diagnostics without the warnings that comments silence, and a W0209 for each ignore that silenced none.

    A comment silences the warnings of its codes whose main place begins or ends on its line. Errors cannot be
    silenced. Ignores of a source that has an error are not called unused: its check may have stopped early.

    sources: those whose checking is complete, so that an unused ignore in them can be told.
    """
    given = list(diagnostics)
    by_source: dict[int, list[_Ignore]] = {}
    used: set[int] = set()
    kept: list[Diagnostic] = []
    for diagnostic in given:
        source = diagnostic.span.source
        if id(source) not in by_source:
            by_source[id(source)] = _ignores(source)
        hits = _hits(diagnostic, by_source[id(source)])
        used.update(id(code) for code in hits)
        if not hits:
            kept.append(diagnostic)
    broken = {id(d.span.source) for d in kept if d.severity == "error"}
    for source in sources:
        if id(source) in broken:
            continue
        if id(source) not in by_source:
            by_source[id(source)] = _ignores(source)
        for ignore in by_source[id(source)]:
            kept += _unused(ignore, used)
    return kept


def _hits(diagnostic: Diagnostic, ignores: list[_Ignore]) -> list[Span]:
    """The codes in ignore comments that silence a diagnostic."""
    if not ignores or diagnostic.severity == "error":
        return []
    span = diagnostic.span
    lines = {span.line, span.source.position(max(span.end - 1, span.start))[0]}
    near = [ignore for ignore in ignores if ignore.line in lines]
    return [code for ignore in near for code in ignore.codes if code.text == diagnostic.code]


def _unused(ignore: _Ignore, used: set[int]) -> list[Diagnostic]:
    if not ignore.codes:
        help_ = f"write the codes of the warnings in brackets: `{_FORM}`"
        return [_report(ignore.span, "this ignore names no code", help_, None)]
    idle = [code for code in ignore.codes if id(code) not in used]
    out = []
    for code in idle:
        name = code.text
        if name not in CODES:
            near = nearest(name, CODES, 1)
            message = f"`{name}` is not a code of nnspec"
            help_ = f"did you mean `{near[0]}`?" if near else "`nnspec explain` lists the codes"
        elif CODES[name].severity == "error":
            message = f"`{name}` is an error, and errors cannot be silenced"
            help_ = "mend the mistake, and take the comment out"
        else:
            message = f"there is no {name} ({CODES[name].name}) on this line to ignore"
            help_ = "take it out"
        # One fix mends the whole comment, so only its first report carries it.
        fix = _without(ignore, idle) if code is idle[0] else None
        out.append(_report(code, message, help_, fix))
    return out


def _without(ignore: _Ignore, idle: list[Span]) -> Fix:
    """The edit that takes idle codes out of a comment, and the comment with the last of them."""
    source = ignore.span.source
    unused = set(map(id, idle))
    kept = [code.text for code in ignore.codes if id(code) not in unused]
    if kept:
        codes = ignore.codes[0].to(ignore.codes[-1])
        return Fix("take the idle codes out", (Edit(codes, ", ".join(kept)),), "safe")
    text = source.text
    start, end = ignore.span.start, ignore.span.end
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    if (start == 0 or text[start - 1] == "\n") and text[end : end + 1] == "\n":
        end += 1
    return Fix("take the comment out", (Edit(Span(source, start, end), ""),), "safe")


def _report(span: Span, message: str, help_: str, fix: Fix | None) -> Diagnostic:
    return Diagnostic("W0209", "warning", message, (Label(span, "", True),), help=help_, fix=fix)


def _ignores(source: Source) -> list[_Ignore]:
    """The ignore comments of a source, in order."""
    if "nnspec:" not in source.text:
        return []
    # Hardly any spec has one, so hardly any pays for the patterns.
    import re

    ignore = re.compile(r"#[ \t]*nnspec:[ \t]*(\w+)[ \t]*(\[[^\]\n]*\])?")
    found = []
    for start, end in _comments(source.text):
        match = ignore.search(source.text, start, end)
        if match is None or (match[1] != "ignore" and not nearest(match[1], ["ignore"])):
            continue
        end = start + len(source.text[start:end].rstrip())
        codes: list[Span] = []
        if match[2] and match[1] == "ignore":
            end = match.end()
            names = re.compile(r"[^\s,\[\]]+").finditer(source.text, *match.span(2))
            codes = [Span(source, name.start(), name.end()) for name in names]
        span = Span(source, match.start(), end)
        found.append(_Ignore(span.line, span, tuple(codes)))
    return found


def _comments(text: str) -> Iterator[tuple[int, int]]:
    """Where comments are: from the `#` to the end of the line."""
    import re

    # Strings first, so that a '#' in one begins no comment; an unclosed one ends with its line or the file.
    token = re.compile(
        r'"""(?:[^\\]|\\.)*?(?:"""|\Z)'
        r"|'''(?:[^\\]|\\.)*?(?:'''|\Z)"
        r'|"(?:[^"\\\n]|\\.)*"?'
        r"|'(?:[^'\\\n]|\\.)*'?"
        r"|(?P<comment>#[^\n]*)",
        re.DOTALL,
    )
    for match in token.finditer(text):
        if match["comment"]:
            yield match.span()
