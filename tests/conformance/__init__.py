"""The library against the installed torch."""

# The parts of the evaluator import one another; this is the order in which the compiler itself enters.
import nnspec.semantics.check  # noqa: F401
