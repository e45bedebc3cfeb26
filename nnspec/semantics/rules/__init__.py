"""The Python rules of the library: what the signature of a declaration cannot say.

A declaration names its rule (`extern def cat(...) -> tensor from torch: rule cat`). `find` gives the
function; only the module in which it stands is imported, for a spec pays for what it uses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.values import DimLike, Tensor, Value
from nnspec.semantics.world import World
from nnspec.source import Span

# The rules of every module: a rule has the name of its function.
_MODULES = {
    "attention": """
        scaled_dot_product_attention multihead_attention multihead_function
    """,
    "convolution": """
        transposed convolved patches
    """,
    "conversion": """
        cast to type_as same item tolist is_floating_point view_as_real view_as_complex result_type
        identity
    """,
    "copies": """
        expand expand_as broadcast_to broadcast_tensors repeat tile repeat_interleave repeated_indices
        sliding_windows as_strided sum_to_size broadcast_shapes
    """,
    "creation": """
        filled full like new eye causal_mask arange linspace window tensor triangle_indices vander complex
        new_tensor scalar_tensor asarray
    """,
    "diagonals": """
        triangle diagonal diag diag_embed trace diagflat diagonal_scatter
    """,
    "dropout": """
        dropout dropped dropout_form
    """,
    "einops": """
        rearrange reduce repeat_pattern
    """,
    "einsum": """
        einsum einsum_of_lists
    """,
    "elementwise": """
        keep squared hardtanh threshold to_floating real angle mask bitwise_not neg parametric glu frexp
    """,
    "embedding": """
        one_hot embedding_bag
    """,
    "factors": """
        svd svdvals qr eigen eigenvalues low_rank lu lu_factor with_info
    """,
    "facts": """
        contiguous size dim numel same_size
    """,
    "fourier": """
        fft rfft irfft shift frequencies stft istft
    """,
    "gradient": """
        gradient
    """,
    "joining": """
        cat stack hstack vstack dstack column_stack meshgrid cartesian_prod block_diag
    """,
    "layout": """
        permute transpose t adjoint movedim squeeze unsqueeze flip roll rot90 at_least_rank
    """,
    "limits": """
        finfo iinfo
    """,
    "linalg": """
        square determinant slogdet pinv matrix_rank solve lstsq
        triangular_solve cholesky_solve multi_dot cross vecdot cov
        lu_solve householder_product solve_ex
    """,
    "loss": """
        elementwise_loss exact_loss pairwise_loss cosine_embedding_loss
        cosine_similarity pairwise_distance pdist cdist
    """,
    "loss_classes": """
        cross_entropy nll_loss multi_margin_loss multilabel_margin_loss multilabel_soft_margin_loss ctc_loss
    """,
    "masked": """
        masked_fill masked_select masked_scatter
    """,
    "normalisation": """
        layer_norm along_axes along_logits renorm batch_statistics group_norm group_statistics instance_statistics instance_norm
    """,
    "norms": """
        matrix_norm vector_norm cond
    """,
    "ordering": """
        topk sort argsort msort unique bincount searchsorted histc nonzero nonzero_static argwhere combinations
    """,
    "pooling": """
        with_indices fractional_pool unpooled
    """,
    "linear": """
        linear bilinear
    """,
    "products": """
        matmul ranked_matmul inner added_product outer tensordot kron
    """,
    "reduction": """
        total mean spread spread_mean reduce_same logsumexp truth count argmax extreme kthvalue aminmax norm
        quantile cumulative cumulative_extreme along_floating logcumsumexp diff
        trapezoid cumulative_trapezoid dist
    """,
    "recurrent": """
        recurrent
    """,
    "resampling": """
        interpolate affine_grid
    """,
    "padding": """
        pad padded
    """,
    "several": """
        arithmetic pow binary_same binary_floating logical verdict isclose ternary where clamp
        float_power same_kind isin polynomial
    """,
    "sampling": """
        randint randperm bernoulli multinomial normal
    """,
    "select": """
        gather scatter index_select index_write take take_along_dim
        select narrow slice_scatter put index_put unravel_index
    """,
    "splitting": """
        chunk split tensor_split unbind axis_split
    """,
    "transformer": """
        encoder_layer decoder_layer encoder_stack decoder_stack transformer
    """,
    "triplet": """
        triplet_loss
    """,
    "shape": """
        view view_dtype reshape view_as flatten unflatten
    """,
}

RULES: dict[str, str] = {rule: name for name, rules in _MODULES.items() for rule in rules.split()}

# Rules that work out themselves how their results lie in memory.
_LAYING = frozenset("""
    view view_dtype reshape view_as flatten unflatten permute transpose t adjoint movedim squeeze unsqueeze rot90
    expand expand_as broadcast_to broadcast_tensors chunk split tensor_split unbind contiguous
    matmul ranked_matmul linear identity select narrow
    """.split())

Rule = Callable[[RuleCall], Value]
_FOUND: dict[str, Rule] = {}


def find(name: str) -> Rule:
    """The rule of a declaration. Raises KeyError for a name that is not in the table."""
    found = _FOUND.get(name)
    if found is not None:
        return found
    module = import_module(f"nnspec.semantics.rules.{RULES[name]}")
    rule: Rule = getattr(module, name)
    if name in _LAYING:
        return _FOUND.setdefault(name, rule)
    from nnspec.semantics.rules.strides import doubtful

    def careful(call: RuleCall) -> Value:
        return doubtful(rule(call), call.arguments.values())

    return _FOUND.setdefault(name, careful)


def laid_out(value: Value, inputs: Iterable[Value]) -> Value:
    """The value of a declaration without a rule, whose result may lie in memory as its inputs do."""
    from nnspec.semantics.rules.strides import doubtful

    return doubtful(value, inputs)


def binary(
    world: World, op: str, left: Value, right: Value, span: Span, left_span: Span, right_span: Span
) -> Value:
    """`left op right` of a tensor with a tensor or a number: see `broadcast.binary`."""
    from nnspec.semantics.rules import broadcast

    return broadcast.binary(world, op, left, right, span, left_span, right_span)


def product_flops(left: Value, result: Value) -> DimLike:
    """What `left @ right` costs: two operations for each product, 0 where the shapes are not known."""
    if not isinstance(left, Tensor) or not isinstance(result, Tensor):
        return 0
    if not left.dims or result.dims is None:
        return 0
    total: DimLike = 2 * left.dims[-1]
    for dim in result.dims:
        total = total * dim
    return total


def as_number(world: World, kind: str, tensor: Tensor, span: Span) -> Value:
    """`int(tensor)` or `float(tensor)`, by `kind`. Reports E0301 where it has many elements, E0303 for complex ones."""
    from nnspec.semantics.rules import broadcast

    return find("item")(broadcast.operator_call(world, kind, span, {"input": tensor}, {}))


def attribute(world: World, name: str, tensor: Tensor, span: Span, name_span: Span) -> Value:
    """`tensor.T`, `mT`, `H`, `mH`, `real` or `imag`. Reports E0302 and E0303 where the tensor has none."""
    from nnspec.semantics.rules import broadcast

    call = broadcast.operator_call(world, name, span, {"input": tensor}, {"input": name_span})
    if name in ("real", "imag"):
        return find("real")(call)
    from nnspec.semantics.rules import layout

    return layout.turned(call)


def unary(world: World, op: str, value: Tensor, span: Span) -> Value:
    """`-x`, `+x`, `~x` of a tensor: see `broadcast.unary`."""
    from nnspec.semantics.rules import broadcast

    return broadcast.unary(world, op, value, span)


def index(
    world: World, tensor: Tensor, items: tuple[Value, ...], span: Span, spans: Sequence[Span] = ()
) -> Value:
    """`tensor[items]`: see `indexing.index`."""
    from nnspec.semantics.rules import indexing

    return indexing.index(world, tensor, items, span, spans)
