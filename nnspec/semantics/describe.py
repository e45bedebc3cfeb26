"""Values in words, for messages."""

from __future__ import annotations

from nnspec.semantics.dims import Dim
from nnspec.semantics.slices import SliceItem
from nnspec.semantics.values import (
    Builtin,
    Choice,
    Compound,
    Device,
    DictValue,
    DType,
    ErrorValue,
    Function,
    Initialiser,
    Layer,
    LayerType,
    LibraryFunction,
    ListValue,
    NamedTupleType,
    Namespace,
    RangeValue,
    Relation,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.semantics.world import World


def shape(world: World, tensor: Tensor) -> str:
    """`[B, 3]`, `int64[B, T]`."""
    prefix = "" if tensor.dtype in (None, "float", "float32") else tensor.dtype
    return f"{prefix}{world.show_shape(tensor.dims)}"


def whole(world: World, value: Value) -> str:
    """A tuple with all that is in it: `([B, 3], [B, 4])`."""
    if isinstance(value, TupleValue):
        return f"({', '.join(whole(world, item) for item in value.items)})"
    return shape(world, value) if isinstance(value, Tensor) else describe(world, value)


def describe(world: World, value: Value) -> str:
    """What a value is, as it stands in a message: `[B, 3]`, `the int 4`, `a Linear layer`."""
    match value:
        case None:
            return "None"
        case bool() | str():
            return f"the {type(value).__name__} {value!r}"
        case int() | float():
            return f"the {type(value).__name__} {value}"
        case Dim():
            return f"the int {world.show(value)}"
        case Tensor():
            return f"a tensor {shape(world, value)}" if value.dims is not None else "a tensor"
        case Unknown(kind):
            return with_article(kind)
        case ListValue(items):
            return f"a list of {len(items)}"
        case RepeatValue() | RangeValue():
            return "a list"
        case TupleValue(items, _, name):
            return with_article(name) if name else f"a tuple of {len(items)}"
        case DictValue():
            return "a dict"
        case Layer():
            return with_article(f"{value.type_name} layer")
        case LayerType(decl):
            return f"the layer type {decl.name}"
        case Function(decl):
            return f"the function {decl.name}"
        case LibraryFunction(name) | Builtin(name) | Initialiser(name):
            return f"the function {name}"
        case NamedTupleType(decl):
            return f"the type {decl.name}"
        case Namespace(name):
            return f"the namespace {name}"
        case DType(name):
            return f"the dtype {name}"
        case Device():
            return "a device"
        case Relation() | Compound():
            return "a bool"
        case SliceItem():
            return "a slice"
        case Choice(options):
            return " or ".join(describe(world, o) for o in options)
        case ErrorValue():
            return "an error"
    return str(type(value).__name__)


def with_article(words: str) -> str:
    """`an Embedding layer`, `a Linear layer`, `an LSTM layer`."""
    first = words.split()[0]
    # Letters that are spelt out begin with a vowel in F, H, L, M, N, R, S and X.
    spelt = first.isupper() and len(first) > 1 and first[0] in "AEFHILMNORSX"
    vowel = first[0] in "aeioAEIO" or (first[:2] in ("un", "up", "Un", "Up") and first[2:3] != "i")
    return f"{'an' if spelt or (vowel and not first.isupper()) else 'a'} {words}"


def as_tensor(value: Value, code: str) -> str | None:
    """What makes a tensor of a value that is used as one, in words. code: how it is written."""
    match value:
        case None if code != "None":
            return f"it may be absent: ask `if {code} is not None` first"
        case Layer() | Function() | LibraryFunction():
            return f"call it to have a tensor: `{code}(...)`"
        case LayerType():
            return f"make a layer of it in the module, `name = {code}(...)`, and call that"
        case TupleValue(items) if any(isinstance(item, Tensor) for item in items):
            return f"take a tensor out of it: `{code}[0]`"
        case TupleValue() | ListValue():
            return f"make a tensor of it: `tensor({code})`"
    return None
