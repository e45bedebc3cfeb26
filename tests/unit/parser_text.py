"""Parsing in one call, and trees as text in which every bracket is written."""

from __future__ import annotations

from nnspec.source import Source
from nnspec.syntax import ast
from nnspec.syntax.parsed import Parsed
from nnspec.syntax.parser import parse


def parsed(text: str) -> Parsed:
    """The text as a file."""
    return parse(Source("<test>", text))


def tree(text: str) -> ast.File:
    """The tree of a text without mistakes."""
    result = parsed(text)
    assert result.diagnostics == (), [(d.code, d.message) for d in result.diagnostics]
    return result.file


def expression(text: str) -> ast.Expr:
    """The tree of an expression."""
    (declaration,) = tree(f"model m = {text}\n").declarations
    assert isinstance(declaration, ast.Model)
    return declaration.value


def type_(text: str) -> ast.TypeExpr:
    """The tree of a type."""
    (declaration,) = tree(f"type T = {text}\n").declarations
    assert isinstance(declaration, ast.TypeDecl)
    return declaration.type


def members(text: str) -> tuple[ast.Member, ...]:
    """The members of a module with these lines in its body."""
    body = "\n".join(f"    {line}" for line in text.split("\n"))
    (declaration,) = tree(f"module M:\n{body}\n").declarations
    assert isinstance(declaration, ast.Module)
    return declaration.body


def code(text: str) -> tuple[ast.Statement, ...]:
    """The statements of a def with these lines."""
    body = "\n".join(f"    {line}" for line in text.split("\n"))
    (declaration,) = tree(f"def f(x):\n{body}\n").declarations
    assert isinstance(declaration, ast.Def) and declaration.body is not None
    return declaration.body


def show(node: ast.Node | None) -> str:
    """An expression or a type in one line."""
    match node:
        case None:
            return ""
        case ast.Name(id=name):
            return name
        case ast.Hole():
            return "_"
        case ast.Number(value=value) | ast.String(value=value) | ast.LiteralType(value=value):
            return repr(value)
        case ast.Constant(value=value):
            return "..." if value is ... else repr(value)
        case ast.FString(parts=parts):
            return "f(" + " ".join(p if isinstance(p, str) else show(p) for p in parts) + ")"
        case ast.Format(value=value, spec=spec):
            return f"{{{show(value)}:{spec}}}"
        case ast.Tuple(items=items, parenthesised=parenthesised):
            return f"{'tuple' if parenthesised else 'bare'}({_all(items)})"
        case ast.List(items=items):
            return f"[{_all(items)}]"
        case ast.Dict(items=pairs):
            return "{" + _all(pairs) + "}"
        case ast.DictItem(key=key, value=value):
            return f"{show(key)}: {show(value)}" if key else f"**{show(value)}"
        case ast.Starred(value=value):
            return f"*{show(value)}"
        case ast.Attribute(value=value, name=name):
            return f"{show(value)}.{name}"
        case ast.Argument(value=value, name=name, stars=stars):
            return f"{name}={show(value)}" if name else "*" * stars + show(value)
        case ast.Call(func=func, args=args):
            return f"{show(func)}({_all(args)})"
        case ast.Slice(lower=lower, upper=upper, step=step):
            return f"{show(lower)}:{show(upper)}:{show(step)}"
        case ast.Index(value=value, items=items, tupled=tupled):
            return f"{show(value)}[{_all(items)}{',' if tupled else ''}]"
        case ast.Unary(op=op, operand=operand):
            return f"({op} {show(operand)})"
        case ast.Binary(op=op, left=left, right=right):
            return f"({show(left)} {op} {show(right)})"
        case ast.Compare(first=first, ops=ops, rest=rest):
            tail = " ".join(f"{op} {show(right)}" for op, right in zip(ops, rest))
            return f"({show(first)} {tail})"
        case ast.Logical(op=op, operands=operands):
            return "(" + f" {op} ".join(show(operand) for operand in operands) + ")"
        case ast.Conditional(test=test, body=body, orelse=orelse):
            return f"({show(body)} if {show(test)} else {show(orelse)})"
        case ast.Pipe(value=value, target=target):
            return f"({show(value)} |> {show(target)})"
        case ast.Clause(target=target, iterable=iterable, tests=tests):
            ifs = "".join(f" if {show(test)}" for test in tests)
            return f"for {show(target)} in {show(iterable)}{ifs}"
        case ast.Comprehension(kind=kind, element=element, key=key, clauses=clauses):
            pair = f"{show(key)}: {show(element)}" if key else show(element)
            return f"{kind}<{pair} {' '.join(map(show, clauses))}>"
        case ast.TensorType(dtype=dtype, dims=dims):
            return f"{dtype or ''}[{_all(dims)}]"
        case ast.NamedType(name=name, args=args):
            return f"{name}({_all(args)})" if args else name
        case ast.ListType(element=element, count=count):
            return f"list<{show(element)}{', ' + show(count) if count else ''}>"
        case ast.DictType(key=key, value=value):
            return f"dict<{show(key)}, {show(value)}>"
        case ast.Field(name=name, type=type_):
            return f"{name}: {show(type_)}" if name else show(type_)
        case ast.TupleType(items=items, repeated=repeated):
            return f"({_all(items)}{', ...' if repeated else ''})"
        case ast.OptionalType(inner=inner):
            return f"{show(inner)}?"
        case ast.UnionType(options=options):
            return "(" + " | ".join(map(show, options)) + ")"
    raise AssertionError(f"no text for {type(node).__name__}")


def _all(nodes: tuple[ast.Node, ...]) -> str:
    return ", ".join(map(show, nodes))
