"""The LALR automaton: shifts tokens, reduces rules, and asks for help where it can do neither."""

from __future__ import annotations

from nnspec.source import Span
from nnspec.syntax.tables import ABSENT, MAKE, PASS, SPLICE, Tables
from nnspec.syntax.tokens import Tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Make = Callable[[Any, list[Any], Span], Any]


class Automaton:
    """The tables with what follows from them, shared by all parses.

    builder: the class whose methods make the nodes.
    """

    def __init__(self, tables: Tables, builder: type) -> None:
        self.tables = tables
        self.makers: list[Make | None] = [
            getattr(builder, rule[4]) if rule[2] == MAKE else None for rule in tables.rules
        ]
        self.chains: dict[tuple[int, int, int], tuple[int, int | None]] = {}


class Driver:
    """One parse. The stacks are open to the code that recovers from mistakes.

    states: the automaton's states, one more than there are values.
    values: what has been made so far: nodes, lists, and the indexes of tokens.
    begins, ends: the offsets that each value covers.
    """

    def __init__(self, automaton: Automaton, tokens: Tokens, builder: object, start: str) -> None:
        self.automaton = automaton
        self.tables = tables = automaton.tables
        self.tokens = tokens
        self.states = [tables.starts[start]]
        self.values: list[Any] = []
        self.begins: list[int] = []
        self.ends: list[int] = []
        self._accepting = tables.ends[start]
        self._builder = builder

    def run(self, recover: Callable[[int], int]) -> Any:
        """Parse all tokens; returns the value of the start symbol, None where recovery gave up.

        recover: called with the index of a token that fits nowhere; mends the stacks (and the tokens)
            and returns the index at which to go on, or -1 to stop.
        """
        tables, source = self.tables, self.tokens.source
        table, rules = tables.states, tables.rules
        makers, builder = self.automaton.makers, self._builder
        states, values, begins, ends = self.states, self.values, self.begins, self.ends
        types, starts, stops = self.tokens.types, self.tokens.starts, self.tokens.ends
        accepting, chains = self._accepting, self.automaton.chains
        at = 0
        while True:
            token = types[at]
            state = states[-1]
            action = table[state].get(token)
            while action is not None and action < 0:
                symbol, size, mode, plan, _ = rules[~action]
                if mode == PASS and size == 1:
                    # A chain of rules that only hand their child through leaves the stack's height
                    # as it is, so where it leads depends on three numbers.
                    key = (states[-2], state, token)
                    known = chains.get(key)
                    if known is None:
                        known = chains[key] = self._chain(states[-2], state, token)
                    state, action = known
                    states[-1] = state
                    if state == accepting:
                        return values[-1]
                    continue
                if size:
                    begin, stop = begins[-size], ends[-1]
                else:
                    begin = stop = starts[at]
                make = makers[~action]
                if make is not None:
                    children = values[-size:] if size else []
                    value = make(builder, _arrange(children, plan), Span(source, begin, stop))
                elif mode == PASS:
                    value = values[plan[0] - size]
                elif plan[0] == SPLICE:
                    # A list that grows at its end: the commonest reduction of all.
                    value = values[-size]
                    for place in plan[1:]:
                        if place < SPLICE:
                            value.append(values[place - size])
                        else:
                            value.extend(values[place - SPLICE - size])
                else:
                    value = _arrange(values[-size:], plan)
                if size:
                    del states[-size:], values[-size:], begins[-size:], ends[-size:]
                state = table[states[-1]][symbol]
                states.append(state)
                values.append(value)
                begins.append(begin)
                ends.append(stop)
                if state == accepting:
                    return value
                action = table[state].get(token)
            if action is None:
                at = recover(at)
                if at < 0:
                    return None
                continue
            states.append(action)
            values.append(at)
            begins.append(starts[at])
            ends.append(stops[at])
            at += 1

    def _chain(self, below: int, state: int, token: int) -> tuple[int, int | None]:
        table, rules = self.tables.states, self.tables.rules
        action = table[state].get(token)
        while action is not None and action < 0:
            symbol, size, mode, _, _ = rules[~action]
            if mode != PASS or size != 1:
                break
            state = table[below][symbol]
            action = table[state].get(token)
        return state, action

    def accepts(self, terminal: int) -> bool:
        """Whether a token of that terminal would fit here."""
        table, rules = self.tables.states, self.tables.rules
        states = list(self.states)
        while True:
            action = table[states[-1]].get(terminal)
            if action is None:
                return False
            if action >= 0:
                return True
            symbol, size, *_ = rules[~action]
            if size:
                del states[-size:]
            if symbol not in table[states[-1]]:
                return True  # The start symbol itself: the end of the input fits.
            states.append(table[states[-1]][symbol])

    def back_to(self, offset: int) -> None:
        """Forget all that begins at `offset` or later."""
        height = len(self.begins)
        while height and self.begins[height - 1] >= offset:
            height -= 1
        del self.states[height + 1 :], self.values[height:]
        del self.begins[height:], self.ends[height:]


def _arrange(children: list[Any], plan: tuple[int, ...]) -> list[Any]:
    arranged: list[Any] = []
    for place in plan:
        if place >= SPLICE:
            arranged.extend(children[place - SPLICE])
        elif place == ABSENT:
            arranged.append(None)
        else:
            arranged.append(children[place])
    return arranged
