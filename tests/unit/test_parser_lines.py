"""Lines, indentation and soft words: what is settled before the grammar is asked."""

from __future__ import annotations

import re

import pytest

from nnspec.syntax import ast
from tests.unit.parser_text import members, parsed, show, tree

SPEC = '''"""A spec."""

module Net(dim: int = 4):
    """A net."""

    fc = Sequential(
        Linear(dim, 8),
        ReLU(),
    )

    def forward(x: [B, dim]) -> [B, 8]:
        y = x |> fc
            |> relu
        if y.sum() > 0:
            y = y / 2

        return y

check Net:
    forward([B, 4]) -> [B, 8]
'''


def outline(file: ast.File) -> list[str]:
    """The names and values of a file, without places."""
    texts = [repr(declaration) for declaration in file.declarations]
    return [re.sub(r"Span\(.*?, end=\d+\)", "", text) for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        SPEC.replace("\n", "\r\n"),
        SPEC.rstrip("\n"),
        "\ufeff" + SPEC,
        SPEC + "\n\n   \n# the end",
        SPEC + "    # an indented comment at the end",
        SPEC.replace("\n\n", "\n\n   \n\t\n# c\n        # deeper\n\n"),
        SPEC.replace("    ", "  "),
        SPEC.replace("module Net", "\n\nmodule Net").replace(":\n", ":   # why\n"),
        SPEC.replace("(dim: int = 4)", "(\n  dim: int\n= 4\n)"),
        SPEC.replace(" = x |> fc", " = \\\n x |> fc"),
        SPEC.replace("def forward", "\fdef forward"),
        SPEC.replace("y / 2", "(y #)\n/ 2)"),
    ],
    ids=[
        "CRLF",
        "no final newline",
        "byte order mark",
        "comment at the end",
        "indented comment at the end",
        "blank lines and comments",
        "two spaces",
        "comments behind headers",
        "newlines in brackets",
        "backslash",
        "form feed",
        "bracket in a comment",
    ],
)
def test_layout_does_not_change_the_tree(text: str) -> None:
    assert outline(tree(text)) == outline(tree(SPEC))


def test_lines_of_crlf_are_counted_and_strings_keep_plain_newlines() -> None:
    file = tree('"""a\r\nb"""\r\nmodel m = Net("""c\r\nd""")\r\n')
    assert file.doc is not None and file.doc.value == "a\nb"
    assert file.declarations[0].span.line == 3


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "# only a comment", "   ", "\ufeff", "\r\n", "\t", '"""Only a docstring."""'],
)
def test_a_file_may_be_empty(text: str) -> None:
    assert tree(text).declarations == ()


def test_bodies_may_stand_on_the_line_of_their_header() -> None:
    module, function, check, model = tree(
        "module M: fc = Linear(1, 2)\n"
        "def f(x) -> [B] where B > 1: return where(x)\n"
        "check M: params == 4\n"
        "model m = M(): init Linear.weight = zeros\n"
    ).declarations
    assert isinstance(module, ast.Module) and len(module.body) == 1
    assert isinstance(function, ast.Def) and function.body is not None
    assert show(function.signature.where[0]) == "(B > 1)"
    assert isinstance(check, ast.Check) and len(check.lines) == 1
    assert isinstance(model, ast.Model) and isinstance(model.body[0], ast.Init)


def test_pass_is_an_empty_body() -> None:
    module, check = tree("module M:\n    pass\n\ncheck M:\n    pass\n").declarations
    assert isinstance(module, ast.Module) and module.body == ()
    assert isinstance(check, ast.Check) and check.lines == ()


@pytest.mark.parametrize(
    "name",
    "model check type where init tie freeze let param buffer const require extern rule flops memory "
    "params fails module layer from import as list dict lambda class try with global".split(),
)
def test_soft_words_name_layers_arguments_and_methods(name: str) -> None:
    layer, method = members(
        f"{name} = Linear(1, 2)\ndef f({name}: [B], *, x=1) -> [B]:\n    return f({name}={name}.a)"
    )
    assert isinstance(layer, ast.Submodule) and layer.name == name
    assert isinstance(method, ast.Def) and method.signature.params[0].name == name


def test_a_module_may_have_the_name_of_a_declaration_word() -> None:
    module, model, function, kind = tree(
        "module module:\n    pass\nmodel model = module()\ndef check(type):\n    return type\ntype type = int\n"
    ).declarations
    assert [getattr(d, "name", "") for d in (module, model, function, kind)] == [
        "module",
        "model",
        "check",
        "type",
    ]


def test_where_in_brackets_and_behind_the_colon_is_a_name() -> None:
    (method,) = members("def f(where: [B], x=where(1)) -> [B] where B > where: return where")
    assert isinstance(method, ast.Def)
    assert method.signature.params[0].name == "where"
    assert [show(fact) for fact in method.signature.where] == ["(B > where)"]


def test_members_of_checks_may_have_any_method_name() -> None:
    (check,) = tree(
        "check M:\n    init([B]) -> [B]\n    flops([B]) <= 3\n    type(3)\n"
    ).declarations
    assert isinstance(check, ast.Check)
    assert [type(line) for line in check.lines] == [ast.MethodCheck, ast.CostCheck, ast.MethodCheck]


def test_tabs_are_one_mistake_with_a_fix_for_all_lines() -> None:
    text = SPEC.replace("    ", "\t")
    result = parsed(text)
    (diagnostic,) = result.diagnostics
    assert diagnostic.code == "E0107" and diagnostic.fix is not None
    for edit in sorted(diagnostic.fix.edits, key=lambda edit: -edit.span.start):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    assert outline(tree(text.replace("\t", "    "))) == outline(tree(SPEC))
    assert outline(result.file) == outline(tree(SPEC))


def test_spans_end_with_the_last_word_of_a_block() -> None:
    module, check = tree(SPEC).declarations
    assert module.span.text.startswith("module Net") and module.span.text.endswith("return y")
    assert check.span.text == "check Net:\n    forward([B, 4]) -> [B, 8]"
