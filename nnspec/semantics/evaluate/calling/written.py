"""What a string in an argument was meant for, where it is not what the argument takes."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Edit, Fix
from nnspec.semantics.evaluate.calling import kinds
from nnspec.source import Span
from nnspec.syntax import ast


def meant(
    options: tuple[ast.TypeExpr, ...], value: str, span: Span
) -> tuple[str | None, Fix | None]:
    """The help, and the fix: a dtype without quotes, a device by its name, a word that is spelt alike.

    options: the types that the argument may have; span: where the string stands.
    """
    asked = {o.name for o in options if isinstance(o, ast.NamedType)}
    if "device" in asked:
        return "a device is called `cpu`, `cuda` or `cuda:1`; `x.device` is that of a tensor", None
    quote = span.text[:1]
    literal = quote in ("'", '"') and span.text == f"{quote}{value}{quote}"
    if "dtype" in asked and value in kinds.DTYPE_NAMES:
        fix = Fix(f"write `{value}`", (Edit(span, value),)) if literal else None
        return f"write `{value}`, without quotes: dtypes are names", fix
    words = [
        o.value for o in options if isinstance(o, ast.LiteralType) and isinstance(o.value, str)
    ]
    if not words:
        return None, None
    from nnspec.diagnostics.suggest import edit_distance

    # Words are few and have meanings of their own: a median is no slip for a mean.
    near = [
        word
        for word in words
        if edit_distance(value.lower(), word, 1) <= 1 or value.startswith(word)
    ]
    if not near:
        return None, None
    told = " or ".join(f'"{word}"' for word in near)
    fix = None
    if literal and len(near) == 1:
        fix = Fix(f"write `{near[0]}`", (Edit(span, f"{quote}{near[0]}{quote}"),))
    return f"did you mean {told}?", fix
