"""What the checker refuses on purpose though torch goes on: each with its reason, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nnspec.diagnostics.diagnostic import Diagnostic

# A layer or function that leaves nothing (E0304): a mistake in a spec, where torch goes on with empty tensors.
NOTHING_LEFT = re.compile(r"E0304 ")
# A tensor of one element for an int or a float, which torch reads with `.item()`; a truth value for a number; None or an int for
# a flag, which Python functions of torch take for what `bool` makes of it.
OTHER_KIND = re.compile(
    r"E0405 `\w+` of `\w+` takes `?(?P<type>[^`]*)`?, but is given (?P<kind>a tensor|the bool|the int|None)"
)
NUMBER = re.compile("int|float|number|bool")
# A tuple of one number for several axes, or an empty one for the default.
SHORT_TUPLE = re.compile(r"E0405 .* but is given a (tuple|list) of [01]$")
# A misspelt `reduction`, which torch does not read where the older `reduce` or `size_average` is given.
OLDER_WORDS = re.compile(r"E0405 `reduction` of ")
# Scalar tensors for numbers where a declaration has a form of tensors and one of numbers.
SCALARS = re.compile(r"E0405 (normal of a tensor takes its size|pinv takes two numbers)")
# `x[True]`, which torch takes for a new axis, and lists of tensors or floats as an index.
BOOL_INDEX = re.compile(r"E0303 an index (is an int, a slice|list holds ints)")
# Layers and functions of floating numbers, whose kernels for processors take ints or complex numbers as well: those of GPUs do
# not, or their results are no longer what the function is for.
FLOATING = re.compile(r"E0303 `\w+` takes a floating tensor, but is given (int|uint|bool|complex)")


# Of these some results are of sizes that the data and the device decide; the checker leaves their shapes open.
OPEN_RESULTS = {
    "lstsq": "residuals, rank and singular values, which are there or not by driver and rank"
}

# Where torch's own dispatch goes wrong: `return_inverse` by position is forgotten when `return_counts` is given by name.
MISTAKES = {"unique_consecutive": " values"}

# Functions whose refusal hangs on the values of tensors that they take for numbers.
BY_VALUE = frozenset({"arange"})
# What torch calls otherwise, by name alone, where the argument is a number: `self`, `test_element`.
BY_NAME = re.compile(
    r"(searchsorted|isin|result_type)\(.*(input|other|test_elements)=[\d.-]+|cuda\("
)


def on_purpose(errors: Iterable[Diagnostic]) -> bool:
    """Whether everything that was refused is refused for one of the reasons."""
    said = [f"{d.code} {d.message}" for d in errors]
    return bool(said) and all(_on_purpose(text) for text in said)


def _on_purpose(said: str) -> bool:
    if NOTHING_LEFT.match(said) or FLOATING.match(said) or BOOL_INDEX.match(said):
        return True
    if SHORT_TUPLE.match(said) or OLDER_WORDS.match(said) or SCALARS.match(said):
        return True
    found = OTHER_KIND.match(said)
    if found is None:
        return False
    asked, given = found["type"], found["kind"]
    match given:
        case "a tensor":
            return "tensor" not in asked and "[" not in asked and bool(NUMBER.search(asked))
        case "the bool":
            return "float" in asked or "int" in asked
        case "None" | "the int":
            return asked == "bool"
    return False
