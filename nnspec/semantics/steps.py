"""Where tensors and their sizes come from: the steps that made them, told when something is wrong.

Every tensor holds the step that made it, and that its inputs: a chain back to what is declared. Nothing
is worked out from it before a message needs it (`trail`), and no result depends on it.
"""

from __future__ import annotations

from nnspec.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nnspec.semantics.nature import Nature
    from nnspec.semantics.values import Layer, Tensor

# A chain without end would hold all tensors of a pass.
MOST_STEPS = 1000


class Step:
    """How a tensor came to be: what was called, and on which tensors.

    name: as the user wrote it (`conv1`, `flatten`, `+`).
    span: the call.
    inputs: the tensors that went in.
    layer: the layer that was called, if it was one.
    depth: how many steps lie before this one, along the first inputs.
    nature: what the user's code that was called made of the numbers (see `semantics/nature`).
    """

    __slots__ = ("depth", "inputs", "layer", "name", "nature", "span")

    def __init__(
        self,
        name: str,
        span: Span,
        inputs: tuple[Tensor, ...],
        layer: Layer | None = None,
        nature: Nature | None = None,
    ) -> None:
        self.nature = nature
        self.name = name
        self.span = span
        self.layer = layer
        before = inputs[0].step if inputs else None
        depth = 0 if before is None else before.depth + 1
        if depth >= MOST_STEPS:
            # What lies further back is let go.
            inputs = tuple(type(x)(x.dtype, x.dims) for x in inputs)
            depth = 0
        self.depth: int = depth
        self.inputs = inputs


class Declared(Step):
    """A tensor whose shape is written down: a parameter, an argument of a check; span: that type."""

    __slots__ = ()


class Entry(Declared):
    """An argument inside the code that was called; `inputs` is what the caller gave.

    number: which of the tensors of the call it is, in order.
    through: whether the steps before the call belong to the same line of thought (a Sequential).
    """

    __slots__ = ("number", "through")

    def __init__(
        self, name: str, span: Span, given: Tensor, number: int, through: bool = False
    ) -> None:
        Step.__init__(self, name, span, (given,))
        self.number = number
        self.through = through


class Origin:
    """Where the size of an axis came from: `conv2` makes 16 channels *here*.

    step: the last step that set it, as far as the code is concerned in which the tensor is.
    axis: where that is an argument or a parameter, which of its axes.
    by: the hyperparameter of the step's layer that says the size; None where the step works it out.
    inside: where the step is the call of a module or function of the user, the origin in its code.
    """

    __slots__ = ("axis", "by", "inside", "step")

    def __init__(
        self,
        step: Step,
        axis: int | None = None,
        by: str | None = None,
        inside: Origin | None = None,
    ) -> None:
        self.step = step
        self.axis = axis
        self.by = by
        self.inside = inside
