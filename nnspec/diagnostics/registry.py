"""Every code that the compiler reports, in one table.

The families: E00xx limits and files, E01xx syntax, E02xx names and imports, E03xx shapes and dtypes, E04xx static
values, arguments and calls, E05xx modules, E06xx `check` blocks, E07xx emission and loading, W02xx mistakes that
torch would not notice, W03xx shapes that could not be proved.
"""

from __future__ import annotations

from dataclasses import dataclass

from nnspec.diagnostics.diagnostic import Severity


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """A kind of mistake: its code (`E0301`), its name in words, its severity and a sentence about it."""

    code: str
    name: str
    severity: Severity
    summary: str


# Sorted by code, one entry a line.
# fmt: off
_TABLE: tuple[tuple[str, str, Severity, str], ...] = (
    ("E0001", "file-too-large", "error", "A spec is larger than the compiler reads."),
    ("E0002", "string-too-long", "error", "A string is longer than the compiler builds."),
    ("E0003", "list-too-long", "error", "A list, or a loop, has more items than the compiler goes through."),
    ("E0004", "number-too-large", "error", "A number is larger than the compiler computes with."),
    ("E0005", "too-much", "error", "A check would take more steps, or larger sizes, than the compiler follows."),
    ("E0006", "too-deep", "error", "A file nests deeper than the compiler follows."),
    ("E0201", "unknown-name", "error", "A name that nothing in sight has."),
    ("E0202", "unknown-dimension", "error", "A lower-case name in a shape is neither a hyperparameter nor an argument."),
    ("E0203", "duplicate-name", "error", "A name is declared twice."),
    ("E0204", "hidden-name", "error", "A name hides another one of the file."),
    ("E0205", "argument-and-dimension", "error", "An argument and a dimension share a name."),
    ("E0206", "member-name", "error", "A member has a name that Python or nn.Module cannot bear."),
    ("E0207", "reserved-name", "error", "A declaration has a name that the built Python needs for itself."),
    ("E0208", "read-before-assignment", "error", "A local is read before it has a value."),
    ("E0209", "perhaps-unassigned", "error", "A local has a value on some of the paths to its use only."),
    ("E0210", "needless-self", "error", "Members and methods are written without `self`."),
    ("E0211", "foreign-word", "error", "A word of Python or of another language has another form here, or none."),
    ("E0212", "not-in-library", "error", "The library describes no layer or function of this name."),
    ("E0213", "unknown-type", "error", "A type that nothing declares."),
    ("E0214", "not-a-type", "error", "A name of something else stands where a type is expected."),
    ("E0215", "not-a-size", "error", "A name of something else stands where a dimension is expected."),
    ("E0216", "declared-below", "error", "A member is used above the line that makes it."),
    ("E0217", "method-as-function", "error", "A tensor method is called like a function."),
    ("E0218", "unknown-dtype", "error", "A dtype that torch does not have."),
    ("E0219", "endless-type", "error", "A type contains itself."),
    ("E0220", "star-and-plain", "error", "A dimension stands with and without a star in one signature."),
    ("E0221", "known-elsewhere", "error", "A name is known, but not at this place."),
    ("E0230", "missing-file", "error", "An imported file is not there."),
    ("E0231", "import-cycle", "error", "Files import one another."),
    ("E0232", "not-in-file", "error", "An imported file does not declare the name."),
    ("E0233", "broken-import", "error", "An imported file has errors."),
    ("E0234", "absolute-import", "error", "An import does not begin with a dot."),
    ("E0235", "import-above-root", "error", "An import leaves the project's folder."),
    ("E0236", "folder-import", "error", "A folder is imported where a file is wanted."),
    ("E0237", "unreadable-import", "error", "An imported file cannot be read."),
    ("E0301", "shape-mismatch", "error", "Two shapes that must agree do not."),
    ("E0302", "wrong-rank", "error", "A tensor has another number of axes than is wanted here."),
    ("E0303", "wrong-dtype", "error", "A tensor has another dtype than is wanted here."),
    ("E0304", "empty-result", "error", "A layer or function leaves nothing of its input."),
    ("E0305", "no-such-axis", "error", "An axis does not exist, or is named twice."),
    ("E0306", "impossible-reshape", "error", "A tensor has not as many elements as its new shape."),
    ("E0307", "no-broadcast", "error", "Two shapes do not broadcast."),
    ("E0308", "out-of-range", "error", "An index, or a number of parts, does not fit the axis."),
    ("E0310", "branches-differ", "error", "Branches that the data choose leave different shapes behind."),
    ("E0311", "loop-changes-shape", "error", "A loop of unknown length changes the shape of what it carries."),
    ("E0312", "wrong-result", "error", "A result is not what the signature declares."),
    ("E0320", "where-not-met", "error", "A call does not meet a `where` of the signature."),
    ("E0321", "requirement-not-met", "error", "Arguments do not meet a requirement of the layer or function."),
    ("E0401", "missing-argument", "error", "A call leaves out an argument that is needed."),
    ("E0402", "too-many-arguments", "error", "A call gives more arguments than there are."),
    ("E0403", "argument-given-twice", "error", "A call gives one argument twice."),
    ("E0404", "unknown-argument", "error", "A call names an argument that there is not."),
    ("E0405", "wrong-argument", "error", "An argument is of another kind than its type."),
    ("E0408", "maybe-none", "error", "An argument may be None where a value is needed."),
    ("E0410", "not-iterable", "error", "A value cannot be gone through item by item."),
    ("E0411", "misplaced-star", "error", "A `*` spreads a list where none can be spread."),
    ("E0412", "misplaced-slice", "error", "A slice stands outside an index."),
    ("E0413", "duplicate-key", "error", "A key stands twice in a dict."),
    ("E0414", "wrong-key", "error", "A key of a dict is neither a string nor a number."),
    ("E0415", "wrong-format", "error", "The format of an f-string does not fit its value."),
    ("E0416", "assignment-in-place", "error", "A part of a value is assigned to."),
    ("E0417", "starred-target", "error", "A starred name stands on the left of an assignment."),
    ("E0418", "not-assignable", "error", "The left side of an assignment cannot be assigned to."),
    ("E0419", "wrong-unpacking", "error", "A value has another number of parts than there are names for them."),
    ("E0420", "wrong-operands", "error", "An operator does not go with its operands."),
    ("E0422", "none-called", "error", "A layer that may be None is called."),
    ("E0423", "not-callable", "error", "A value that is no layer or function is called."),
    ("E0424", "no-forward", "error", "A layer without a forward is called."),
    ("E0430", "tensor-condition", "error", "A condition is a tensor of many values."),
    ("W0204", "fewer-chunks", "warning", "`chunk` makes fewer parts than it is asked for."),
    ("W0209", "unused-ignore", "warning", "An ignore comment silences nothing."),
)
# fmt: on

CODES: dict[str, Code] = {row[0]: Code(*row) for row in _TABLE}
