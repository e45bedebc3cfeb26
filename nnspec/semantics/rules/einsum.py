"""`einsum`: letters name axes, and sizes under one letter agree."""

from __future__ import annotations

from string import ascii_letters, ascii_lowercase, ascii_uppercase

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes
from nnspec.semantics.rules.arguments import Dims, came_from, unknown
from nnspec.semantics.rules.broadcast import broadcast
from nnspec.semantics.rules.products import multiply
from nnspec.semantics.values import ERROR, DimLike, ErrorValue, Origin, Tensor, TupleValue, Value

_ELLIPSIS = "..."


def einsum(call: RuleCall) -> Value:
    """`einsum("bij,bjk->bik", a, b)`. Reports E0309 for a pattern that does not fit the operands."""
    pattern = call.arguments["equation"]
    given = arguments.items(call.arguments["operands"])
    if not isinstance(pattern, str) or given is None:
        return unknown()
    operands = [x if isinstance(x, Tensor) else unknown() for x in given]
    parsed = _parse(call, pattern, len(operands))
    if isinstance(parsed, ErrorValue):
        return parsed
    inputs, output = parsed
    made = _Sizes(call, pattern).run(inputs, output, operands)
    if not isinstance(made, Tensor):
        return made
    dtype = _dtype(call, inputs, output, operands)
    return dtype if isinstance(dtype, ErrorValue) else made.with_(made.dims, made.origins, dtype)


def einsum_of_lists(call: RuleCall) -> Value:
    """`einsum(a, [0, 1], b, [1, 2], [0, 2])`: the same with numbers for letters, behind each operand."""
    more = call.arguments["more"]
    if not isinstance(more, TupleValue):
        return unknown()
    found = _lettered((call.arguments["operand"], call.arguments["axes"], *more.items))
    if found is None:
        return call.fail(
            "E0309",
            f"{call.name} takes a tensor and the numbers of its axes, from 0 to 51, in turn",
            help='letters are plainer: `einsum("ij,jk->ik", a, b)`',
        )
    pattern, operands = found
    values = {"equation": pattern, "operands": TupleValue(operands)}
    return einsum(RuleCall(call.world, call.decl, call.name, call.span, values, {}))


def _lettered(given: tuple[Value, ...]) -> tuple[str, tuple[Value, ...]] | None:
    """The pattern and the operands of tensors with lists of numbers behind them; None where they are no such row."""
    terms: list[str] = []
    for each in given[1::2] if len(given) % 2 == 0 else (*given[1::2], given[-1]):
        numbers = arguments.items(each)
        if numbers is None:
            return None
        letters = [_letter(n) for n in numbers]
        if None in letters:
            return None
        terms.append("".join(filter(None, letters)))
    operands = given[: len(given) // 2 * 2 : 2]
    if not all(isinstance(x, Tensor) for x in operands):
        return None
    count = len(operands)
    arrow = "".join(("->", *terms[count:])) if len(terms) > count else ""
    return ",".join(terms[:count]) + arrow, operands


def _letter(number: Value) -> str | None:
    if number is Ellipsis:
        return _ELLIPSIS
    plain = isinstance(number, int) and 0 <= number < len(ascii_letters)
    return (ascii_uppercase + ascii_lowercase)[number] if plain else None


def _dtype(
    call: RuleCall, inputs: list[list[str]], output: list[str] | None, operands: list[Tensor]
) -> str | None | ErrorValue:
    """The dtype of a contraction in pairs from the left. Reports E0303.

    A sum of integers is int64; what is multiplied and summed has one dtype, what is only multiplied is promoted.
    Source: `einsum` and `sumproduct_pair` in aten/src/ATen/native/Linear.cpp.
    """
    if any(x.dims is None for x in operands):
        return operands[0].dtype if len({x.dtype for x in operands}) == 1 else None
    terms = [
        _letter_sizes(letters, x.dims or ()) for letters, x in zip(inputs, operands, strict=True)
    ]
    named = [c for term in inputs for c in term]
    wanted = {c for c in named if named.count(c) == 1} if output is None else set(output)
    held, dtype = terms[0], operands[0].dtype
    for at, (other, x) in enumerate(zip(terms[1:], operands[1:], strict=True), 2):
        later = wanted.union(*terms[at:])
        gone = [c for c in held | other if c not in later and not c.startswith(_ELLIPSIS)]
        dtype = _summed(dtype, [c for c in gone if held.get(c, 1) != 1 and other.get(c, 1) == 1])
        right = _summed(x.dtype, [c for c in gone if other.get(c, 1) != 1 and held.get(c, 1) == 1])
        if any(held.get(c, 1) != 1 and other.get(c, 1) != 1 for c in gone):
            if not multiply(call, ("operands", Tensor(dtype, ())), ("operands", Tensor(right, ()))):
                return ERROR
        dtype = dtypes.promote(dtype, right)
        held = {c: n for c, n in (held | other).items() if c not in gone}
    if len(operands) == 1:
        dtype = _summed(dtype, [c for c in held if c not in wanted and not c.startswith(_ELLIPSIS)])
    return dtype


def _summed(dtype: str | None, letters: list[str]) -> str | None:
    """The dtype of a sum over axes; of none, as it is."""
    return "int64" if letters and dtypes.is_integral(dtype) else dtype


def flops(pattern: Value, given: Value) -> DimLike:
    """Two operations for each product of a contraction in pairs from the left, as torch makes it without opt_einsum.

    A letter that the rest does not need is summed beforehand where one operand alone has it. 0 where nothing is
    multiplied and summed, or where a shape is not known.
    """
    operands = arguments.items(given)
    if isinstance(pattern, Tensor) and operands is not None:
        pattern, operands = _lettered((pattern, *operands)) or (pattern, None)
    if not isinstance(pattern, str) or operands is None or len(operands) < 2:
        return 0
    left, arrow, right = pattern.replace(" ", "").partition("->")
    terms: list[dict[str, DimLike]] = []
    for term, x in zip(left.split(","), operands, strict=False):
        if not isinstance(x, Tensor) or x.dims is None:
            return 0
        terms.append(_letter_sizes(_letters(term), x.dims))
    once = {c for c in left if c.isalpha() and left.count(c) == 1}
    wanted = {c for c in right if c.isalpha()} if arrow else once
    total: DimLike = 0
    held = terms[0]
    for at, other in enumerate(terms[1:], 2):
        later = wanted.union(*terms[at:])
        products, held = _pair(held, other, later)
        total = total + products
    return total


def _letter_sizes(letters: list[str], dims: Dims) -> dict[str, DimLike]:
    """The sizes of an operand by letter; those of a `...` by their place from its end."""
    extra = len(dims) - (len(letters) - letters.count(_ELLIPSIS))
    sizes: dict[str, DimLike] = {}
    rest = iter(dims)
    for letter in letters:
        if letter == _ELLIPSIS:
            sizes |= {f"{_ELLIPSIS}{i}": next(rest) for i in reversed(range(extra))}
        else:
            sizes[letter] = next(rest, 1)
    return sizes


def _pair(
    a: dict[str, DimLike], b: dict[str, DimLike], later: set[str]
) -> tuple[DimLike, dict[str, DimLike]]:
    """The operations of one product, and the sizes of its result."""
    sizes = {c: b.get(c, 1) if a.get(c, 1) == 1 else a[c] for c in a | b}
    kept = {c: n for c, n in sizes.items() if c in later or c.startswith(_ELLIPSIS)}
    summed = [c for c in sizes if c not in kept and a.get(c, 1) != 1 and b.get(c, 1) != 1]
    if not summed:
        return 0, kept
    total: DimLike = 2
    for size in (*kept.values(), *(sizes[c] for c in summed)):
        total = total * size
    return total, kept


def _parse(
    call: RuleCall, pattern: str, count: int
) -> tuple[list[list[str]], list[str] | None] | ErrorValue:
    """The axes of every operand and of the result (None where it is implied); `...` is one entry."""
    left, arrow, right = pattern.replace(" ", "").partition("->")
    terms = left.split(",")
    for term in (*terms, right):
        rest = term.replace(_ELLIPSIS, "", 1)
        if rest and not (rest.isascii() and rest.isalpha()):
            return call.fail(
                "E0309",
                f'"{pattern}" is no einsum pattern: `{term}` is not letters alone',
                "equation",
                help="a letter for each axis, commas between operands, `->` before the result",
            )
    if len(terms) != count:
        return call.fail(
            "E0309",
            f'"{pattern}" is for {len(terms)} tensors, but {count} {"is" if count == 1 else "are"} given',
            "equation",
        )
    output = _letters(right) if arrow else None
    known = {letter for term in terms for letter in _letters(term)}
    for letter in output or ():
        if letter not in known and letter != _ELLIPSIS:
            return call.fail(
                "E0309",
                f'"{pattern}": the result has an axis `{letter}` that no operand has',
                "equation",
            )
        if (output or []).count(letter) > 1:
            return call.fail("E0309", f'"{pattern}": the result names `{letter}` twice', "equation")
    return [_letters(term) for term in terms], output


def _letters(term: str) -> list[str]:
    before, dots, after = term.partition(_ELLIPSIS)
    return [*before, *([_ELLIPSIS] if dots else []), *after]


class _Sizes:
    """The size of every letter, gathered operand by operand."""

    def __init__(self, call: RuleCall, pattern: str) -> None:
        self.call = call
        self.pattern = pattern
        self.sizes: dict[str, DimLike] = {}
        self.whence: dict[str, tuple[Tensor, int]] = {}
        self.batches: list[Tensor] = []

    def run(
        self, inputs: list[list[str]], output: list[str] | None, operands: list[Tensor]
    ) -> Value:
        """The result's shape."""
        dtype = operands[0].dtype if operands else None
        complete = True
        for letters, x in zip(inputs, operands, strict=True):
            if x.dims is None:
                complete = False
            elif not self.take(letters, x, x.dims):
                return ERROR
        if output is None:
            once = {c for c in self.letters(inputs) if sum(t.count(c) for t in inputs) == 1}
            output = ([_ELLIPSIS] if self.batches else []) + sorted(once - {_ELLIPSIS})
        batch: Dims = ()
        if self.batches:
            found = broadcast(self.call, [("operands", x) for x in self.batches])
            if isinstance(found, ErrorValue):
                return found
            assert found is not None
            batch = found[0]
        dims: list[DimLike] = []
        origins: list[Origin | None] = []
        for letter in output:
            if letter == _ELLIPSIS:
                if not complete:
                    return unknown(dtype)
                dims.extend(batch)
                origins.extend([None] * len(batch))
            elif letter in self.sizes:
                x, at = self.whence[letter]
                dims.append(self.sizes[letter])
                origins.append(x.origin(at))
            else:
                return unknown(dtype)
        return Tensor(dtype, tuple(dims), tuple(origins), None)

    def letters(self, inputs: list[list[str]]) -> set[str]:
        """All letters of the operands."""
        return {letter for term in inputs for letter in term}

    def take(self, letters: list[str], x: Tensor, dims: Dims) -> bool:
        """The sizes of one operand; False where it does not fit."""
        named = len(letters) - letters.count(_ELLIPSIS)
        extra = len(dims) - named
        if extra < 0 or (extra and _ELLIPSIS not in letters):
            shown = "".join(letters)
            self.call.fail(
                "E0309",
                f'"{self.pattern}": `{shown}` names {named} axes, but the operand is '
                f"{self.call.show(x)}",
                "operands",
            )
            return False
        at = 0
        for letter in letters:
            if letter == _ELLIPSIS:
                self.batches.append(Tensor(x.dtype, dims[at : at + extra]))
                at += extra
                continue
            if not self.agree(letter, x, at, dims[at]):
                return False
            at += 1
        return True

    def agree(self, letter: str, x: Tensor, at: int, size: DimLike) -> bool:
        """One size under one letter."""
        known = self.sizes.get(letter)
        twice = known is not None and self.whence[letter][0] is x
        if known is None or (self.call.settle(known) == 1 and not twice):
            self.sizes[letter], self.whence[letter] = size, (x, at)
            return True
        # Across operands a size of 1 stretches, inside one it does not.
        if self.call.settle(size) == 1 and not twice:
            return True
        first, where = self.whence[letter]
        return self.call.agree(
            known,
            size,
            f'"{self.pattern}": `{letter}` is {self.call.show(known)} in {self.call.show(first)} '
            f"and {self.call.show(size)} in {self.call.show(x)}",
            "operands",
            others=(*came_from(first, where), *came_from(x, at)),
        )
