"""The names that the language itself knows, besides those that the library declares."""

from __future__ import annotations

from nnspec.source import Span

NAMESPACES = {
    "nn": "torch.nn",
    "F": "torch.nn.functional",
    "torch": "torch",
    "linalg": "torch.linalg",
    "fft": "torch.fft",
    "special": "torch.special",
    "math": "math",
    "einops": "einops",
}

# What may follow the dot of a namespace and is a namespace itself.
INSIDE = {
    "torch": ("nn", "linalg", "fft", "special", "utils"),
    "torch.nn": ("functional", "init", "utils"),
    "torch.nn.utils": ("parametrizations",),
    "torch.utils": ("checkpoint",),
}

DTYPES = frozenset(
    "float16 bfloat16 float32 float64 float8_e4m3fn float8_e5m2 complex32 complex64 complex128 "
    "int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool "
    "half float double long int short cfloat cdouble".split()
)

CONSTANTS = frozenset({"inf", "nan", "pi"})

CONTAINERS = frozenset({"Sequential", "ModuleList", "ModuleDict"})

# Python's functions and those of numbers, which the evaluator works out itself.
STATICS = frozenset(
    "abs ceil floor round sqrt log exp sin cos min max sum len int float bool str range zip "
    "enumerate reversed list tuple dict sorted any all pair single triple numel pow isinstance slice".split()
)

# What `math.` may stand before; of these, the STATICS have bare names too.
MATH = frozenset(
    "sqrt log exp sin cos ceil floor pow log2 log10 log1p expm1 tan asin acos atan atan2 sinh cosh tanh hypot fabs "
    "fmod copysign degrees radians erf erfc gamma lgamma isnan isinf isfinite isclose gcd lcm isqrt comb perm trunc "
    "prod".split()
)
MATH_CONSTANTS = {"inf": float("inf"), "nan": float("nan"), "pi": 3.141592653589793}
MATH_CONSTANTS |= {"e": 2.718281828459045, "tau": 6.283185307179586}

# What only the declarations of the library use.
LIBRARY_STATICS = frozenset({"copies", "child", "einsum_flops", "bytes_beside", "layer_flops"})

# torch.nn.init without the underscore, and the creation functions that fill a declared shape.
INITIALISERS = frozenset(
    "zeros ones randn rand constant eye dirac uniform normal trunc_normal xavier_uniform "
    "xavier_normal kaiming_uniform kaiming_normal orthogonal sparse".split()
)

TYPES = frozenset(
    "int float bool str layer tensor Module dict list tuple number dtype device any".split()
)

# What people write who have just been writing another language: what they mean here.
FOREIGN = {
    "true": "True",
    "TRUE": "True",
    "false": "False",
    "FALSE": "False",
    "null": "None",
    "none": "None",
    "nil": "None",
    "NULL": "None",
    "NaN": "nan",
    "Inf": "inf",
    "infinity": "inf",
    "np": "torch",
}


def meant(name: str, span: Span) -> str:
    """What a foreign word is here: `np` is `math` before a function of numbers, and `torch` before any other.

    span: where it stands.
    """
    behind = span.source.text[span.end : span.end + 20]
    if name == "np" and any(behind.startswith(f".{each}(") for each in MATH):
        return "math"
    return FOREIGN[name]


FOREIGN_TYPES = {
    "_": "tensor",
    "Tensor": "tensor",
    "torch.Tensor": "tensor",
    "FloatTensor": "tensor",
    "string": "str",
    "integer": "int",
    "boolean": "bool",
    "double": "float",
    "Layer": "layer",
    "Callable": "layer",
    "List": "list",
    "Dict": "dict",
    "Tuple": "tuple",
    "Optional": "`T?`",
    "object": "any",
    "Any": "any",
}
