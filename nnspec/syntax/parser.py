"""From text to tree."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.mistakes import characters, syntax
from nnspec.diagnostics.suggest import begin_file
from nnspec.source import MOST_CHARACTERS, Source, Span
from nnspec.syntax import ast, recovery
from nnspec.syntax.builder import Builder
from nnspec.syntax.depth import MAX_DEPTH, too_deep
from nnspec.syntax.driver import Automaton, Driver
from nnspec.syntax.lexer import MAX_MISTAKES, Lexer
from nnspec.syntax.parsed import Parsed
from nnspec.syntax.table_cache import tables
from nnspec.syntax.vocabulary import Vocabulary


def parse(source: Source) -> Parsed:
    """Parse a whole spec.

    The mistakes are among the diagnostics of the result, at most twenty; the tree has what could be read.
    """
    begin_file()
    size = len(source.text)
    if size > MOST_CHARACTERS:
        empty = ast.File(Span(source, 0, 0), source, None, ())
        start = Span(source, 0, 0)
        return Parsed(empty, (characters.file_too_large(start, MOST_CHARACTERS),))
    return _Parse(source).file(0, size)


def parse_declaration(source: Source, start: int, end: int) -> ast.Declaration:
    """Parse the one declaration at source.text[start:end], with spans in the whole source.

    For texts that are known to be right, such as the library's. Raises ValueError where this is not.
    """
    parsed = _Parse(source).file(start, end)
    if parsed.diagnostics:
        first = parsed.diagnostics[0]
        raise ValueError(f"{source.path}:{first.span.line}: {first.message}")
    if len(parsed.file.declarations) != 1:
        raise ValueError(f"{source.path}: no single declaration at {start}:{end}")
    return parsed.file.declarations[0]


@cache
def _language() -> tuple[Automaton, Vocabulary]:
    """The automaton of the grammar, and what the lexer has to know of it."""
    found = tables()
    return Automaton(found, Builder), Vocabulary(found)


class _Parse:
    """One run of the parser over one source."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._automaton, self._vocabulary = _language()
        self._diagnostics: list[Diagnostic] = []

    def file(self, start: int, end: int) -> Parsed:
        source = self._source
        lexer = Lexer(source, self._vocabulary, end)
        lexer.read(start)
        if lexer.gave_up:
            nothing = ast.File(Span(source, start, end), source, None, ())
            return Parsed(nothing, tuple(_in_order(lexer.diagnostics)))
        builder = self._builder(lexer)
        driver = Driver(self._automaton, lexer.tokens, builder, "file")
        file = driver.run(self._recovery(lexer, driver))
        if not isinstance(file, ast.File):
            file = ast.File(Span(source, start, end), source, None, _declarations(driver))
        self._diagnostics += lexer.diagnostics
        self._leftover_marks(builder)
        for span, said in builder.constructors:
            inside = range(span.start, span.end)
            self._diagnostics = [d for d in self._diagnostics if d.span.start not in inside]
            self._diagnostics.append(said)
        if not self._diagnostics and lexer.may_be_deep:
            deep = too_deep(file)
            if deep is not None:
                self._diagnostics.append(
                    characters.nested_too_deeply(deep.span, "expressions", MAX_DEPTH)
                )
        return Parsed(file, tuple(_in_order(self._diagnostics)[:MAX_MISTAKES]))

    def _builder(self, lexer: Lexer) -> Builder:
        return Builder(
            self._source,
            lexer.tokens,
            lexer.ids["STRING"],
            self._diagnostics.append,
            self._expression,
        )

    def _recovery(self, lexer: Lexer, driver: Driver) -> Callable[[int], int]:
        """What the driver calls with a token that fits nowhere, made when there is one."""
        made = cache(lambda: recovery.Recovery(lexer, driver, self._diagnostics.append))
        return lambda at: made()(at)

    def _expression(self, start: int, end: int) -> ast.Expr | None:
        """Parse the value of a field of an f-string; None, and a diagnostic, where it is none."""
        lexer = Lexer(self._source, self._vocabulary, end)
        lexer.read_expression(start)
        builder = self._builder(lexer)
        driver = Driver(self._automaton, lexer.tokens, builder, "values")
        recover = self._recovery(lexer, driver)

        def report_and_stop(at: int) -> int:
            recover(at)
            return -1

        value = driver.run(report_and_stop)
        self._diagnostics += lexer.diagnostics
        self._leftover_marks(builder)
        return value if isinstance(value, ast.Expr) else None

    def _leftover_marks(self, builder: Builder) -> None:
        for mark in builder.marks.values():
            if mark.text[0].isdigit():
                self._diagnostics.append(characters.number_with_unit(mark))
                continue
            problem: Callable[[Span], Diagnostic] = {
                "?": syntax.optional_mark,
                "]": syntax.empty_index,
            }.get(mark.text, syntax.type_in_value)
            self._diagnostics.append(problem(mark))


def _in_order(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    """Sorted by place, without brackets that are out of step because of an earlier mistake in their line."""
    diagnostics.sort(key=lambda diagnostic: diagnostic.span.start)
    kept: list[Diagnostic] = []
    for diagnostic in diagnostics:
        if diagnostic.code == "E0104" and kept and kept[-1].span.line == diagnostic.span.line:
            continue
        kept.append(diagnostic)
    return kept


def _declarations(driver: Driver) -> tuple[ast.Declaration, ...]:
    """What had been made when recovery gave up."""
    found: list[ast.Declaration] = []
    for value in driver.values:
        items = value if isinstance(value, list) else [value]
        found += [item for item in items if isinstance(item, ast.Declaration)]
    return tuple(found)
