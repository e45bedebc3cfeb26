"""The syntax tree: expressions, types, statements, declarations.

Nodes are immutable and compared by identity, so that later stages hang what they find out on them
in side tables. `span` always covers the whole construct.
"""

from nnspec.syntax.ast.declarations import (
    Check as Check,
)
from nnspec.syntax.ast.declarations import (
    CheckArgument as CheckArgument,
)
from nnspec.syntax.ast.declarations import (
    CheckLine as CheckLine,
)
from nnspec.syntax.ast.declarations import (
    Cost as Cost,
)
from nnspec.syntax.ast.declarations import (
    CostCheck as CostCheck,
)
from nnspec.syntax.ast.declarations import (
    Declaration as Declaration,
)
from nnspec.syntax.ast.declarations import (
    Def as Def,
)
from nnspec.syntax.ast.declarations import (
    ExternDef as ExternDef,
)
from nnspec.syntax.ast.declarations import (
    ExternModule as ExternModule,
)
from nnspec.syntax.ast.declarations import (
    FailsCheck as FailsCheck,
)
from nnspec.syntax.ast.declarations import (
    File as File,
)
from nnspec.syntax.ast.declarations import (
    Freeze as Freeze,
)
from nnspec.syntax.ast.declarations import (
    Import as Import,
)
from nnspec.syntax.ast.declarations import (
    ImportName as ImportName,
)
from nnspec.syntax.ast.declarations import (
    Init as Init,
)
from nnspec.syntax.ast.declarations import (
    Let as Let,
)
from nnspec.syntax.ast.declarations import (
    Member as Member,
)
from nnspec.syntax.ast.declarations import (
    MethodCheck as MethodCheck,
)
from nnspec.syntax.ast.declarations import (
    Model as Model,
)
from nnspec.syntax.ast.declarations import (
    Module as Module,
)
from nnspec.syntax.ast.declarations import (
    ParamDecl as ParamDecl,
)
from nnspec.syntax.ast.declarations import (
    Path as Path,
)
from nnspec.syntax.ast.declarations import (
    Require as Require,
)
from nnspec.syntax.ast.declarations import (
    Submodule as Submodule,
)
from nnspec.syntax.ast.declarations import (
    Tie as Tie,
)
from nnspec.syntax.ast.declarations import (
    TypeDecl as TypeDecl,
)
from nnspec.syntax.ast.expressions import (
    Argument as Argument,
)
from nnspec.syntax.ast.expressions import (
    Attribute as Attribute,
)
from nnspec.syntax.ast.expressions import (
    Binary as Binary,
)
from nnspec.syntax.ast.expressions import (
    Call as Call,
)
from nnspec.syntax.ast.expressions import (
    Clause as Clause,
)
from nnspec.syntax.ast.expressions import (
    Compare as Compare,
)
from nnspec.syntax.ast.expressions import (
    Comprehension as Comprehension,
)
from nnspec.syntax.ast.expressions import (
    Conditional as Conditional,
)
from nnspec.syntax.ast.expressions import (
    Constant as Constant,
)
from nnspec.syntax.ast.expressions import (
    Dict as Dict,
)
from nnspec.syntax.ast.expressions import (
    DictItem as DictItem,
)
from nnspec.syntax.ast.expressions import (
    Expr as Expr,
)
from nnspec.syntax.ast.expressions import (
    Format as Format,
)
from nnspec.syntax.ast.expressions import (
    FString as FString,
)
from nnspec.syntax.ast.expressions import (
    Hole as Hole,
)
from nnspec.syntax.ast.expressions import (
    Index as Index,
)
from nnspec.syntax.ast.expressions import (
    List as List,
)
from nnspec.syntax.ast.expressions import (
    Logical as Logical,
)
from nnspec.syntax.ast.expressions import (
    Name as Name,
)
from nnspec.syntax.ast.expressions import (
    Number as Number,
)
from nnspec.syntax.ast.expressions import (
    Pipe as Pipe,
)
from nnspec.syntax.ast.expressions import (
    Slice as Slice,
)
from nnspec.syntax.ast.expressions import (
    Starred as Starred,
)
from nnspec.syntax.ast.expressions import (
    String as String,
)
from nnspec.syntax.ast.expressions import (
    Tuple as Tuple,
)
from nnspec.syntax.ast.expressions import (
    Unary as Unary,
)
from nnspec.syntax.ast.statements import (
    Assign as Assign,
)
from nnspec.syntax.ast.statements import (
    Break as Break,
)
from nnspec.syntax.ast.statements import (
    Continue as Continue,
)
from nnspec.syntax.ast.statements import (
    Evaluate as Evaluate,
)
from nnspec.syntax.ast.statements import (
    For as For,
)
from nnspec.syntax.ast.statements import (
    If as If,
)
from nnspec.syntax.ast.statements import (
    Param as Param,
)
from nnspec.syntax.ast.statements import (
    Pass as Pass,
)
from nnspec.syntax.ast.statements import (
    Return as Return,
)
from nnspec.syntax.ast.statements import (
    Signature as Signature,
)
from nnspec.syntax.ast.statements import (
    Statement as Statement,
)
from nnspec.syntax.ast.statements import (
    While as While,
)
from nnspec.syntax.ast.types import (
    DictType as DictType,
)
from nnspec.syntax.ast.types import (
    Field as Field,
)
from nnspec.syntax.ast.types import (
    ListType as ListType,
)
from nnspec.syntax.ast.types import (
    LiteralType as LiteralType,
)
from nnspec.syntax.ast.types import (
    NamedType as NamedType,
)
from nnspec.syntax.ast.types import (
    OptionalType as OptionalType,
)
from nnspec.syntax.ast.types import (
    TensorType as TensorType,
)
from nnspec.syntax.ast.types import (
    TupleType as TupleType,
)
from nnspec.syntax.ast.types import (
    TypeExpr as TypeExpr,
)
from nnspec.syntax.ast.types import (
    UnionType as UnionType,
)
from nnspec.syntax.node import Node as Node
