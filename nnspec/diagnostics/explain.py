"""The page about a code, for `nnspec explain`."""

from __future__ import annotations

from nnspec.diagnostics.registry import CODES, Code
from nnspec.diagnostics.suggest import nearest


def find(name: str) -> Code | None:
    """The code that `name` means: `E0301`, `e0301` or `shape-mismatch`."""
    code = CODES.get(name.upper())
    if code is None:
        wanted = name.lower().replace("_", "-")
        code = next((c for c in CODES.values() if c.name == wanted), None)
    return code


def page(code: Code) -> str:
    """The page of a code, in Markdown: a wrong spec, why it is wrong, the mended spec.

    Where a code has no page of its own, what the registry says of it.
    """
    from importlib.resources import files

    file = files("nnspec.diagnostics") / "pages" / f"{code.code}.md"
    if file.is_file():
        return file.read_text("utf-8")
    return f"# {code.code}: {code.name}\n\n{code.summary}\n"


def near(name: str) -> list[str]:
    """The codes that somebody who wrote `name` may have meant."""
    by_name = {code.name: code.code for code in CODES.values()}
    found = nearest(name.upper(), CODES) or [by_name[n] for n in nearest(name.lower(), by_name)]
    return found or [code for code in CODES if name[:1] and code.startswith(name[:3].upper())][:3]
