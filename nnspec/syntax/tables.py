"""The LALR tables that Lark makes from the grammar, in a form that loads in a millisecond.

Lark reads the grammar, proves it free of conflicts and computes the automaton. What is kept of that
are integers, so that a run with a warm cache imports neither Lark nor anything that it needs.
"""

from __future__ import annotations

from nnspec.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

STARTS = ("file", "values")

# What becomes of the children of a reduced rule.
PASS = 0  # one child, handed through
COLLECT = 1  # a helper of `*` and `+`: a list that is spliced into its parent
MAKE = 2  # the builder's method makes a node

ABSENT = -1
SPLICE = 1000

Rule = tuple[int, int, int, tuple[int, ...], str]


class Tables(Record, eq=False):
    """A parser as data.

    ids: the number of every terminal: literals under their text, others under their name.
    patterns: the regular expressions of NAME, NUMBER and STRING.
    states: for every state what to do on a symbol: go to state `n >= 0`, or reduce by rule `~n`.
    rules: (symbol made, number of children, mode, plan, name of the builder's method). In a plan
        `k` takes child k, ABSENT stands for an optional part left out, `k + SPLICE` splices a list.
    starts, ends: the first and the accepting state for each start symbol.
    """

    ids: dict[str, int]
    patterns: dict[str, str]
    states: list[dict[int, int]]
    rules: list[Rule]
    starts: dict[str, int]
    ends: dict[str, int]


def compile_grammar(text: str) -> Tables:
    """Let Lark read the grammar and analyse it.

    text: the grammar in Lark's notation.
    Raises lark.exceptions.GrammarError where the grammar is not LALR(1).
    """
    from lark import Lark
    from lark.grammar import Rule as LarkRule
    from lark.lexer import Lexer, PatternStr, TerminalDef

    class NoLexer(Lexer):
        """Tokens come from nnspec.syntax.lexer; only the tables are wanted here."""

        def __init__(self, _configuration: object) -> None:
            pass

        def lex(self, *_: object) -> Any:
            raise NotImplementedError

    lark = Lark(
        text, parser="lalr", lexer=NoLexer, start=list(STARTS), maybe_placeholders=True, strict=True
    )
    data, memo = lark.memo_serialize([TerminalDef, LarkRule])
    automaton = data["parser"]["parser"]
    literals = {
        t.name: str(t.pattern.value) for t in lark.terminals if isinstance(t.pattern, PatternStr)
    }
    numbers = {str(name): number for number, name in automaton["tokens"].items()}
    rules: list[Rule] = []
    known: dict[int, int] = {}
    states: list[dict[int, int]] = [{} for _ in automaton["states"]]
    for state, actions in automaton["states"].items():
        for symbol, (reduces, target) in actions.items():
            if reduces:
                key = target["@"]
                if key not in known:
                    known[key] = len(rules)
                    rules.append(_flat_rule(memo[key], numbers))
                states[state][symbol] = ~known[key]
            else:
                states[state][symbol] = target
    return Tables(
        ids={literals.get(n, n): number for n, number in numbers.items() if n.isupper()},
        patterns={t.name: str(t.pattern.value) for t in lark.terminals if t.name not in literals},
        states=states,
        rules=rules,
        starts=dict(automaton["start_states"]),
        ends=dict(automaton["end_states"]),
    )


def _flat_rule(rule: Any, numbers: dict[str, int]) -> Rule:
    """Settle beforehand what Lark's tree builder decides by a rule's options."""
    options = rule["options"]
    expansion = rule["expansion"]
    origin = str(rule["origin"]["name"])
    absent = [0] * (len(expansion) + 1)
    if options["empty_indices"]:
        flags = "".join(str(int(flag)) for flag in options["empty_indices"])
        absent = [len(ones) for ones in flags.split("0")]
    plan: list[int] = []
    for place, symbol in enumerate(expansion):
        plan += [ABSENT] * absent[place]
        if symbol["__type__"] == "NonTerminal":
            plan.append(place + (SPLICE if symbol["name"].startswith("_") else 0))
        elif options["keep_all_tokens"] or not symbol["filter_out"]:
            plan.append(place)
    plan += [ABSENT] * absent[-1]
    if origin.startswith("_"):
        mode = COLLECT
    elif options["expand1"] and not rule["alias"]:
        if len(plan) != 1 or plan[0] >= SPLICE:
            raise ValueError(f"`?{origin}` has no single child in one of its forms; give it a name")
        mode = PASS
    else:
        mode = MAKE
    return numbers[origin], len(expansion), mode, tuple(plan), str(rule["alias"] or origin)
