"""Binding the names of expressions: each to what it means where it stands."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.mistakes import habits, namespaces, sizes
from nnspec.diagnostics.mistakes import names as mistakes
from nnspec.semantics.resolve import known
from nnspec.semantics.resolve.flow import Locals, assigned
from nnspec.semantics.resolve.scopes import Scope, Unassigned, place, target_names, uses, what
from nnspec.semantics.resolved import Binding, FileScope, Kind
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.node import Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from nnspec.library.catalog import Catalog

UNKNOWN = Binding(Kind.UNKNOWN)
LOCAL = Binding(Kind.LOCAL)


class Binder:
    """Binds names of one file, and collects what is wrong with them.

    library: whether the file belongs to the library, which may do what a spec may not.
    describing: whether an `extern` is being bound, whose sizes the arithmetic of the library's layers may make.
    undeclared: names that are wrong elsewhere, as their import failed, say: taken for known, to say things once.
    definition: the def that is being bound.
    endless: the types of the file that contain themselves, once that was asked.
    """

    def __init__(self, scope: FileScope, catalog: Catalog, library: bool = False) -> None:
        self.scope = scope
        self.catalog = catalog
        self.library = library
        self.describing = False
        self.undeclared: set[str] = set()
        self.definition: ast.Def | None = None
        self.endless: frozenset[ast.TypeDecl] | None = None
        self._told: set[tuple[str, int]] = set()
        self._library_names: set[str] | None = None
        # What is called, or fills a parameter: there an initialiser may stand.
        self._callees: set[Node] = set()

    def report(self, diagnostic: Diagnostic) -> None:
        """Keep a finding, once for each place."""
        key = (diagnostic.code, diagnostic.span.start)
        if key not in self._told:
            self._told.add(key)
            self.scope.diagnostics.append(diagnostic)

    def bind(self, node: Node, binding: Binding) -> Binding:
        """Note what a node means."""
        self.scope.bindings[node] = binding
        return binding

    # --- expressions -----------------------------------------------------------------------------

    def expr(self, expr: Node | None, names: Scope) -> None:
        """Bind all the names of an expression."""
        stack: list[tuple[Node, Scope]] = [(expr, names)] if expr is not None else []
        while stack:
            node, names = stack.pop()
            match node:
                case ast.Name():
                    if self.load(node, names).kind is Kind.INITIALISER:
                        self._fills(node)
                case ast.Attribute():
                    if not self._qualified(node, names):
                        stack.append((node.value, names))
                case ast.Call(ast.Name() | ast.Attribute() as func):
                    self._callees.add(func)
                    stack.extend((child, names) for child in children(node))
                case ast.Comprehension():
                    stack.extend(self._comprehension(node, names))
                case ast.Pipe():
                    stack.append((node.value, names))
                    stack.extend(self._pipe_target(node.target, names))
                case ast.Conditional(test, body, orelse):
                    stack.append((test, names))
                    here = isinstance(names, Locals)
                    stack.append((body, names.at(names.flow.given(test, True)) if here else names))  # type: ignore[attr-defined]
                    stack.append((orelse, names.at(names.flow.given(test, False)) if here else names))  # type: ignore[attr-defined]
                case ast.TypeExpr():
                    # A type where a value is expected is a mistake that the checker tells.
                    pass
                case _:
                    stack.extend((child, names) for child in children(node))

    def _fills(self, node: ast.Name | ast.Attribute) -> None:
        if node not in self._callees:
            self.report(mistakes.initialiser_as_value(node.span))

    def _comprehension(self, node: ast.Comprehension, names: Scope) -> Iterable[tuple[Node, Scope]]:
        inner, todo = self.clauses(node.clauses, names)
        todo.append((node.element, inner))
        if node.key is not None:
            todo.append((node.key, inner))
        return todo

    def clauses(
        self, clauses: tuple[ast.Clause, ...], names: Scope
    ) -> tuple[Scope, list[tuple[Node, Scope]]]:
        """The level of the variables of `for … in …` clauses, and what is left to bind."""
        todo: list[tuple[Node, Scope]] = []
        for clause in clauses:
            todo.append((clause.iterable, names))
            names = Scope(names, {})
            for target in target_names(clause.target):
                names.names[target.id] = self.bind(target, LOCAL)
            todo.extend((test, names) for test in clause.tests)
        return names, todo

    def _pipe_target(self, target: ast.Expr, names: Scope) -> Iterable[tuple[Node, Scope]]:
        match target:
            case ast.Name():
                self.load(target, names, pipe=True)
                return ()
            case ast.Call(ast.Name() as func, args):
                self.load(func, names, pipe=True)
                return [(arg, names) for arg in args]
        self._callees.add(target)
        return [(target, names)]

    def initialiser(self, expr: ast.Expr | None, names: Scope) -> None:
        """Bind the value of a `param`, `buffer`, `const` or `init`, where initialisers are known."""
        match expr:
            case None:
                return
            case ast.Name(id) | ast.Call(ast.Name(id)) if (
                id in known.INITIALISERS and names.lookup(id) is None
            ):
                name = expr.func if isinstance(expr, ast.Call) else expr
                self.bind(name, Binding(Kind.INITIALISER))
                if isinstance(expr, ast.Call):
                    for argument in expr.args:
                        self.expr(argument, names)
            case ast.Conditional(test, body, orelse):
                self.expr(test, names)
                self.initialiser(body, names)
                self.initialiser(orelse, names)
            case ast.Pipe(value, target):
                self.initialiser(value, names)
                for node, inner in self._pipe_target(target, names):
                    self.expr(node, inner)
            case ast.Attribute():
                self._callees.add(expr)
                self.expr(expr, names)
            case _:
                self.expr(expr, names)

    # --- names -----------------------------------------------------------------------------------

    def load(self, node: ast.Name, names: Scope, pipe: bool = False) -> Binding:
        """Bind one name that is read. pipe: it is the target of `|>`, which may be a tensor method."""
        name = node.id
        missing: Unassigned | None = None
        for level in names.levels():
            found = level.find(name)
            if isinstance(found, Unassigned):
                missing = missing or found
            elif found is not None:
                # That a local hides a name of the file has been said where it is assigned.
                hidden = missing is not None and found.kind is not Kind.DIM
                return self.bind(node, UNKNOWN if hidden else found)
        known_ = self.library_name(name, pipe)
        if missing is not None:
            if known_ is not None and missing is Unassigned.NEVER:
                return self.bind(node, known_)
            first = next(
                (
                    lv.assigned[name]
                    for lv in names.levels()
                    if isinstance(lv, Locals) and name in lv.assigned
                ),
                None,
            )
            tell = (
                mistakes.read_before_assignment
                if missing is Unassigned.NEVER
                else mistakes.perhaps_unassigned
            )
            self.report(tell(name, node.span, first))
            return self.bind(node, UNKNOWN)
        if known_ is None:
            if name not in self.undeclared:
                self.report(self._unknown(node, names))
            known_ = UNKNOWN
        return self.bind(node, known_)

    def library_name(self, name: str, pipe: bool = False) -> Binding | None:
        """What a name means that the spec does not give; None where the library has none of that name."""
        if name in known.CONTAINERS:
            return Binding(Kind.LIBRARY)
        if name in known.NAMESPACES:
            return Binding(Kind.NAMESPACE)
        if name in known.CONSTANTS:
            return Binding(Kind.BUILTIN)
        catalog = self.catalog
        if catalog.has_layer(name):
            return Binding(Kind.LIBRARY)
        if name in known.STATICS or (self.library and name in known.LIBRARY_STATICS):
            return Binding(Kind.BUILTIN)
        # The library's own functions have no counterpart in torch, so code of a spec cannot use them; its descriptions can.
        own = self.library or self.describing
        if catalog.has_function(name) or (own and catalog.has_static(name)):
            return Binding(Kind.LIBRARY)
        if name in known.DTYPES:
            return Binding(Kind.BUILTIN)
        if pipe and catalog.has_method(name):
            return Binding(Kind.LIBRARY)
        if name in known.INITIALISERS:
            return Binding(Kind.INITIALISER)
        return None

    def library_names(self) -> set[str]:
        """Everything that `library_name` knows, for suggestions."""
        if self._library_names is None:
            self._library_names = self._listed()
        return self._library_names

    def _listed(self) -> set[str]:
        return {
            *self.catalog.names(),
            *known.CONTAINERS,
            *known.CONSTANTS,
            *known.STATICS,
            *known.DTYPES,
        }

    def _unknown(self, node: ast.Name, names: Scope) -> Diagnostic:
        name, span = node.id, node.span
        for level in names.levels():
            if name in level.later:
                return mistakes.declared_below(name, span, place(name, level.later[name]))
        if name == "self":
            return habits.self_alone(span)
        if name == "super":
            return habits.super_call(span)
        if name == "print":
            return habits.print_call(span)
        if name in known.FOREIGN:
            return habits.foreign_word(name, span, known.meant(name, span))
        if name == "training":
            why = "only the methods of a module know `training`; hand it on as an argument"
            return mistakes.needs_own_module(name, span, why)
        if self.catalog.has_method(name):
            return mistakes.method_as_function(name, span)
        return mistakes.unknown_name(name, span, names.visible(), self.library_names())

    # --- dotted names ----------------------------------------------------------------------------

    def _qualified(self, node: ast.Attribute, names: Scope) -> bool:
        """Bind `nn.Linear`, `torch.nn.functional.relu`, `self.conv`; False where it is no such name."""
        root, attributes = dotted(node)
        if root is None:
            return False
        if root.id == "self" and names.lookup("self") is None:
            first = attributes[0]
            source = root.span.source
            rest = Span(source, root.span.start, first.name_span.start)
            whole = Span(source, root.span.start, first.name_span.end)
            self.report(habits.self_needed_not(whole, rest, first.name))
            self.bind(root, UNKNOWN)
            return True
        if root.id not in known.NAMESPACES:
            return False
        own = names.lookup(root.id)
        namespace = known.NAMESPACES[root.id]
        for at, attribute in enumerate(attributes):
            if attribute.name in known.INSIDE.get(namespace, ()):
                namespace = f"{namespace}.{attribute.name}"
                continue
            if self.in_namespace(namespace, attribute.name):
                self.bind(root, Binding(Kind.NAMESPACE))
                if namespace == "torch.nn.init":
                    self._fills(attribute)
                return True
            if own is not None:
                return False
            self.report(
                namespaces.not_in_namespace(
                    namespace,
                    attribute.name,
                    Span(root.span.source, root.span.start, attribute.name_span.end),
                    attribute.name_span,
                    self._near(namespace, attribute),
                    self._elsewhere(namespace, attribute.name),
                    self.catalog.layer_names() if namespace == "torch.nn" else (),
                    tuple(each.name for each in attributes[at + 1 :]),
                    self._without_underscore(namespace, attribute.name),
                )
            )
            self.bind(root, UNKNOWN)
            return True
        if own is not None:
            return False
        self.bind(root, Binding(Kind.NAMESPACE))
        return True

    def in_namespace(self, namespace: str, name: str) -> bool:
        """Whether `namespace.name` is something that a spec can use."""
        if namespace == "math":
            return name in known.MATH or name in known.MATH_CONSTANTS
        if namespace == "torch" and name in known.CONSTANTS:
            return True
        if namespace == "torch.nn":
            return name in known.CONTAINERS or self.catalog.has_layer(name)
        if namespace == "torch" and name in known.DTYPES:
            return True
        if namespace == "torch.nn.init" and name.removesuffix("_") in known.INITIALISERS:
            return True
        return self.catalog.has_in_namespace(namespace, name)

    def _without_underscore(self, namespace: str, name: str) -> bool:
        """Whether a namespace has `relu`, for `relu_`."""
        return name.endswith("_") and self.in_namespace(namespace, name.removesuffix("_"))

    def _near(self, namespace: str, attribute: ast.Attribute) -> list[str]:
        from nnspec.diagnostics.suggest import nearest

        names: Iterable[str] = self.catalog.names_in_namespace(namespace)
        if namespace == "torch.nn":
            names = [*names, *known.CONTAINERS]
        return nearest(attribute.name, names)

    def _elsewhere(self, namespace: str, name: str) -> str | None:
        """The same name in another namespace of torch, as it is written there; None where there is none."""
        for spoken, other in known.NAMESPACES.items():
            if other not in (namespace, "math") and self.in_namespace(other, name):
                return f"{spoken}.{name}"
        parametrization = self.in_namespace("torch.nn.utils.parametrizations", name)
        return f"nn.utils.parametrizations.{name}" if parametrization else None

    # --- dimensions ------------------------------------------------------------------------------

    def dimension(self, expr: ast.Node, names: Scope) -> None:
        """Bind the names of a dimension: names and arithmetic on them mean sizes, calls what they mean anywhere."""
        stack: list[ast.Node] = [expr]
        while stack:
            node = stack.pop()
            match node:
                case ast.Name(id):
                    found = names.lookup(id)
                    if found is None:
                        if id not in self.undeclared:
                            self.report(self._unknown_dimension(node, names))
                        found = UNKNOWN
                    elif found.kind is Kind.FILE:
                        self.report(sizes.not_a_size(id, node.span, what(found), place(id, found)))
                        found = UNKNOWN
                    self.bind(node, found)
                case ast.Binary(_, left, right):
                    stack.extend((right, left))
                case ast.Unary(_, inner) | ast.Starred(inner):
                    stack.append(inner)
                case _:
                    self.expr(node, names)

    def _unknown_dimension(self, node: ast.Name, names: Scope) -> Diagnostic:
        for level in names.levels():
            if node.id in level.later:
                return mistakes.declared_below(
                    node.id, node.span, place(node.id, level.later[node.id])
                )
        places: list[Span] = []
        if self.definition is not None:
            # It is told once in a def, and mended wherever that has the name.
            self.undeclared.add(node.id)
            local = node.id in assigned(self.definition.body or ())
            places = uses(self.definition.signature if local else self.definition, node.id)
        return mistakes.unknown_dimension(node.id, node.span, names.sizes(), places=places)


def children(node: Node) -> list[Node]:
    """The nodes right below a node, in the order of the text."""
    found: list[Node] = []
    for value in node.__dict__.values():
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            found.extend(item for item in value if isinstance(item, Node))
    return found


def dotted(node: ast.Attribute) -> tuple[ast.Name | None, list[ast.Attribute]]:
    """The name that `a.b.c` begins with, and its attributes from left to right; None where it begins otherwise."""
    attributes: list[ast.Attribute] = []
    at: ast.Expr = node
    while isinstance(at, ast.Attribute):
        attributes.append(at)
        at = at.value
    return (at if isinstance(at, ast.Name) else None), attributes[::-1]
