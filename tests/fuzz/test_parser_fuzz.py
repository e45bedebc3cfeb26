"""No text makes the parser raise, and what Python's own parser knows it reads alike."""

from __future__ import annotations

import ast as python
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nnspec.source import Source
from nnspec.syntax import ast
from nnspec.syntax.parser import parse
from nnspec.syntax.walk import walk

pytestmark = pytest.mark.fuzz

ROOT = Path(__file__).resolve().parents[2]
SPECS = [path.read_text("utf-8") for path in sorted(ROOT.glob("specs/**/*.nnspec"))]
SPECS += [path.read_text("utf-8") for path in sorted(ROOT.glob("nnspec/library/*.nnspec"))[:3]]

PIECES = (
    "module model def type check extern from import as if elif else for while in is not and or return pass "
    "break continue True False None let param buffer const tie init freeze require rule flops memory where "
    "x Linear _ self 3 1.5 0x 'a' \"b\" f'{x}' f'{' \"\"\" ' ( ) [ ] { } , : ; = == += -> |> | ? * ** . ... "
    "@ ! $ \\ # é → \n \n\t \n\x20\x20\x20\x20 \n\x20\x20\x20\x20\x20\x20\x20\x20 \r\n \x00 lambda class"
).split(" ")


def check(text: str) -> None:
    result = parse(Source("<fuzz>", text))
    assert len(result.diagnostics) <= 20
    for diagnostic in result.diagnostics:
        for label in diagnostic.labels:
            assert 0 <= label.span.start <= label.span.end <= len(text)
    for node in walk(result.file):
        assert 0 <= node.span.start <= node.span.end <= len(text)


@given(st.text(max_size=200))
@example("\x00")
@example("f'{f'")
@example(" ;")
@example(" \n  ;\n)")
@example("f(\n)]")
def test_any_text(text: str) -> None:
    check(text)


@given(st.lists(st.sampled_from(PIECES), max_size=60), st.sampled_from(["", " "]))
def test_any_words(words: list[str], between: str) -> None:
    check(between.join(words))


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_words_in_code(words: list[str]) -> None:
    check("module M:\n    def f(x):\n        y = " + " ".join(words) + "\n        return x\n")


@given(st.sampled_from(SPECS), st.data())
def test_specs_cut_off(spec: str, data: st.DataObject) -> None:
    check(spec[: data.draw(st.integers(0, len(spec)))])


@given(st.sampled_from(SPECS), st.data())
def test_specs_with_pieces_changed(spec: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(spec)))
        end = min(len(spec), start + data.draw(st.integers(0, 8)))
        spec = spec[:start] + data.draw(st.sampled_from(PIECES)) + spec[end:]
    check(spec)


# --- against Python ------------------------------------------------------------------------------

names = st.sampled_from(["a", "b", "x", "where", "init"])
atoms = names | st.sampled_from(["1", "2.5", "None", "'s'", "...", "()", "[]", "{}"])


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.sampled_from(
        "+ - * / // % ** @ & | ^ << >> < <= == != is in and or".split() + ["not in", "is not"]
    )
    return st.one_of(
        st.builds("{} {} {}".format, inner, binary, inner),
        st.builds("{}{}".format, st.sampled_from(["-", "~", "+", "not "]), inner),
        st.builds("({})".format, inner),
        st.builds("{} if {} else {}".format, inner, inner, inner),
        st.builds("a({}, *b, k={})".format, inner, inner),
        st.builds("x[{}:{}, {}]".format, inner, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("({}, {})".format, inner, inner),
        st.builds("{{{}: {}}}".format, inner, inner),
        st.builds("[{} for a in b if ({})]".format, inner, inner),
        st.builds("x.a[{}].b({})".format, inner, inner),
        st.builds("f'{{({})}}'".format, names),
    )


def shape(node: ast.Node) -> str:
    """A tree in the notation of `shape_of_python`."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Number(value=value) | ast.String(value=value) | ast.Constant(value=value):
            return repr(value)
        case ast.Tuple(items=items):
            return f"tuple{[shape(i) for i in items]}"
        case ast.List(items=items):
            return f"list{[shape(i) for i in items]}"
        case ast.Dict(items=items):
            return f"dict{[(i.key and shape(i.key), shape(i.value)) for i in items]}"
        case ast.Unary(op=op, operand=operand):
            return f"{op}<{shape(operand)}>"
        case ast.Binary(op=op, left=left, right=right):
            return f"<{shape(left)} {op} {shape(right)}>"
        case ast.Logical(op=op, operands=operands):
            return f"{op}{[shape(o) for o in operands]}"
        case ast.Compare(first=first, ops=ops, rest=rest):
            return f"<{shape(first)} {list(ops)} {[shape(r) for r in rest]}>"
        case ast.Conditional(test=test, body=body, orelse=orelse):
            return f"if<{shape(test)}, {shape(body)}, {shape(orelse)}>"
        case ast.Call(func=func, args=args):
            given = [f"{a.name}={shape(a.value)}" for a in args if a.name]
            plain = ["*" * a.stars + shape(a.value) for a in args if not a.name]
            return f"{shape(func)}{plain + given}"
        case ast.Index(value=value, items=items, tupled=tupled):
            inside = f"tuple{[shape(i) for i in items]}" if tupled else shape(items[0])
            return f"{shape(value)}[{inside}]"
        case ast.Slice(lower=lower, upper=upper):
            return f"{lower and shape(lower)}:{upper and shape(upper)}"
        case ast.Attribute(value=value, name=name):
            return f"{shape(value)}.{name}"
        case ast.Comprehension(element=element, clauses=(clause,)):
            tests = [shape(t) for t in clause.tests]
            return (
                f"each<{shape(element)}, {shape(clause.target)}, {shape(clause.iterable)}, {tests}>"
            )
        case ast.FString(parts=parts):
            return f"f{[p if isinstance(p, str) else shape(p.value) for p in parts]}"
    raise AssertionError(type(node))


OPERATORS = {
    "Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "FloorDiv": "//", "Mod": "%", "Pow": "**", "MatMult": "@",
    "BitAnd": "&", "BitOr": "|", "BitXor": "^", "LShift": "<<", "RShift": ">>", "USub": "-", "UAdd": "+",
    "Invert": "~", "Not": "not", "And": "and", "Or": "or", "Lt": "<", "LtE": "<=", "Eq": "==", "NotEq": "!=",
    "Is": "is", "IsNot": "is not", "In": "in", "NotIn": "not in",
}  # fmt: skip


def shape_of_python(node: python.AST) -> str:
    """The same of a tree of Python's parser."""
    sub = shape_of_python
    match node:
        case python.Name(id=name):
            return name
        case python.Constant(value=value):
            return repr(value)
        case python.Tuple(elts=items):
            return f"tuple{[sub(i) for i in items]}"
        case python.List(elts=items):
            return f"list{[sub(i) for i in items]}"
        case python.Dict(keys=keys, values=values):
            return f"dict{[(k and sub(k), sub(v)) for k, v in zip(keys, values)]}"
        case python.UnaryOp(op=op, operand=operand):
            return f"{OPERATORS[type(op).__name__]}<{sub(operand)}>"
        case python.BinOp(op=op, left=left, right=right):
            return f"<{sub(left)} {OPERATORS[type(op).__name__]} {sub(right)}>"
        case python.BoolOp(op=op, values=values):
            return f"{OPERATORS[type(op).__name__]}{[sub(v) for v in values]}"
        case python.Compare(left=left, ops=ops, comparators=rest):
            signs = [OPERATORS[type(op).__name__] for op in ops]
            return f"<{sub(left)} {signs} {[sub(r) for r in rest]}>"
        case python.IfExp(test=test, body=body, orelse=orelse):
            return f"if<{sub(test)}, {sub(body)}, {sub(orelse)}>"
        case python.Call(func=func, args=args, keywords=keywords):
            given = [f"{k.arg}={sub(k.value)}" for k in keywords]
            return f"{sub(func)}{[sub(a) for a in args] + given}"
        case python.Starred(value=value):
            return f"*{sub(value)}"
        case python.Subscript(value=value, slice=inside):
            return f"{sub(value)}[{sub(inside)}]"
        case python.Slice(lower=lower, upper=upper):
            return f"{lower and sub(lower)}:{upper and sub(upper)}"
        case python.Attribute(value=value, attr=name):
            return f"{sub(value)}.{name}"
        case python.ListComp(elt=element, generators=[clause]):
            tests = [sub(t) for t in clause.ifs]
            return f"each<{sub(element)}, {sub(clause.target)}, {sub(clause.iter)}, {tests}>"
        case python.JoinedStr(values=values):
            return (
                f"f{[sub(v.value) if isinstance(v, python.FormattedValue) else v for v in values]}"
            )
    raise AssertionError(type(node))


@given(st.recursive(atoms, compound, max_leaves=12))
@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_expressions_are_read_as_python_reads_them(text: str) -> None:
    try:
        expected = python.parse(text, mode="eval").body
    except SyntaxError:
        return
    result = parse(Source("<fuzz>", f"model m = {text}\n"))
    assert result.diagnostics == (), (text, result.diagnostics[0].message)
    (model,) = result.file.declarations
    assert isinstance(model, ast.Model)
    assert shape(model.value) == shape_of_python(expected)
