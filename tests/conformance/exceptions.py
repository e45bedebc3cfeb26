"""What the checker refuses on purpose though torch goes on: each with its reason, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nnspec.diagnostics.diagnostic import Diagnostic

# A layer or function that leaves nothing (E0304): a mistake in a spec, where torch goes on with empty tensors.
NOTHING_LEFT = re.compile(r"E0304 ")
# A tensor of one element for an int or a float, which torch reads with `.item()`; a truth value for a number; None or an int for
# a flag, which Python functions of torch take for what `bool` makes of it.
OTHER_KIND = re.compile(
    r"E0405 `\w+` of `\w+` takes `?(?P<type>[^`]*)`?, but is given (?P<kind>a tensor|the bool|the int|the float|None)"
)
NUMBER = re.compile("int|float|number|bool")
# A tuple of one number for several axes, or an empty one for the default.
SHORT_TUPLE = re.compile(r"E0405 .* but is given a (tuple|list) of [01]$")
# A misspelt `reduction`, which torch does not read where the older `reduce` or `size_average` is given.
OLDER_WORDS = re.compile(r"E0405 `reduction` of ")
# Scalar tensors for numbers where a declaration has a form of tensors and one of numbers.
SCALARS = re.compile(
    r"E0405 (normal of a tensor takes its size|(pinv|matrix_rank) takes two numbers)"
)
# `x[True]`, which torch takes for a new axis, and lists of tensors or floats as an index.
BOOL_INDEX = re.compile(r"E0303 an index (is an int, a slice|list holds ints)")
# Layers and functions of floating numbers, whose kernels for processors take ints or complex numbers as well: those of GPUs do
# not, or their results are no longer what the function is for.
FLOATING = re.compile(r"E0303 `\w+` takes a floating tensor, but is given (int|uint|bool|complex)")


# Of these some results are of sizes that the data and the device decide; the checker leaves their shapes open.
OPEN_RESULTS = {
    "lstsq": "residuals, rank and singular values, which are there or not by driver and rank"
}

# Where torch's own dispatch goes wrong: `return_inverse` by position is forgotten when `return_counts` is given by name.
# A `nansum` over no axes at all is one over all of them, but for complex numbers; an example without its row keeps the row.
MISTAKES = {
    "unique_consecutive": (" values", "for (1,)"),
    "nansum": (" for (2, 3)",),
    "multi_margin_loss": ("dims () for (1,)",),
}

# Functions whose refusal hangs on the values of tensors that they take for numbers.
BY_VALUE = frozenset({"arange"})
# What torch says of the zeros that tensors hold, or of sizes of 0, which arise in a spec as mistakes only.
OF_ZEROS = re.compile(
    r"torch refuses \((slice step cannot be zero|Target 0 is out of bounds|There are 0 sized dimensions"
    r"|N must be greater than 1|torch.histc: max must be larger|min\(\): Expected reduction dim|.* with shapes \[0\])"
)
# A tensor without elements, which is a mistake wherever it arises in a spec: of some of its sizes torch takes no notice.
EMPTY = re.compile(r"\b[a-z]\((\d+, )*0\b")
# What torch calls otherwise, by name alone, where the argument is a number: `self`, `test_element`.
BY_NAME = re.compile(
    r"(searchsorted|isin|result_type|zeta|remainder|pow)\(.*(input|other|test_elements)=|cuda\(|\.to\(other=|rearrange\(\(|dx=(True|False)|"
    r"(xlogy|xlog1py|float_power|einsum|bucketize|where)\(.*(input|exponent|axes)="
)

# Ints behind one another for a tuple of them (`x.squeeze(0, 1)`), and positional forms that torch has given up.
MORE_ARGUMENTS = frozenset(
    "rsub squeeze count_nonzero hsplit vsplit dsplit add sub subtract poisson matrix_rank addmm addmv addbmm baddbmm addr "
    "rsub addcmul addcdiv sum_to_size bernoulli multinomial pinv div divide rrelu tensordot".split()
)

# What torch takes and nobody means: by the message of the refusal, with what torch makes of it.
ODDITIES = [
    re.compile(words)
    for words in (
        # A number for a tensor, where only arithmetic is done with it.
        r"E0405 `(target|weight)` of `\w+_loss` takes `?.*tensor\??`?, but is given (the (int|float|bool)|\w)",
        # Biases of cells that are added by broadcasting, or of another dtype.
        r"E030[123] `(rnn_tanh|rnn_relu|gru|lstm)_cell` (takes|needs)",
        r"E0405 `hx` of `lstm_cell` takes",
        # A mask beside `is_causal`: one kernel for processors takes both, torch's own page and the others refuse them.
        r"E0401 give either attn_mask or is_causal",
        # A bias of another dtype, whose numbers are copied.
        r"E0303 `conv_tbc` needs one dtype",
        # Weights and indices in the order of old.
        r"E0303 `embedding_bag` takes an int32 or int64 tensor",
        # Floats and None for sizes.
        r"E0405 broadcast_shapes takes ints",
        # An int for a device or a dtype.
        r"E0405 `dtype` of `to` takes",
        # Whatever has a truth value, for an argument that torch reads in Python.
        r"E0405 `(_stacklevel|norm_type|eps|p|dim)` of `(softmax|softmin|log_softmax|embedding|embedding_bag|gumbel_softmax|normalize)` takes",
        r"E0405 `(reduce|size_average|recompute_scale_factor)` of",
        r"E0308 `n` of r?fftfreq is 0 or more",
        # A kernel or padding that is read for nothing: the sizes are given.
        r"E0321 `(max_unpool\dd|fractional_max_pool\dd)`: ",
        r"E0405 `(kernel_size|stride|padding)` of `max_unpool",
        # Dropout of whole channels without axes for them, and of what has no batch.
        r"E0302 `dropout[123]d` takes",
        # Empty tuples among the numbers of a tensor.
        r"E0302 the rows of a tensor are equally long",
        # A mode of padding where nothing is padded.
        r"E0405 `pad_mode` of `stft` takes",
        # A bias of more features than the weight has, to which the result is stretched.
        r"E030[12] `?bilinear.*bias",
        # A number of axes as a tensor.
        r"E0405 (`dims` of `tensordot` takes|the axes of tensordot are ints)",
        # An integer tensor for the deviations.
        r"E0303 normal takes a floating tensor",
        # A generator of random numbers, None.
        r"E0302 `adaptive_avg_pool[23]d` takes (3 or 4 axes|4 or 5 axes|\[\*N, C, H, W\])",
        r"E0302 adjoint takes two axes or more",
        r"E0301 the places along an axis",
        # Numbers and shapes that are read where they change nothing, or not at all.
        r"E0302 `batch_norm` takes \[C\]",
        r"E0308 `eps` of batch_norm is 0 or more",
        r"E0321 `cross_entropy`: label_smoothing is from 0 to 1",
        r"E0405 `output_ratio` of `fractional_max_pool\dd` takes",
        r"E030[12] `multi_head_attention_forward` takes \[",
        r"E0405 `in_proj_weight` of `multi_head_attention_forward` takes",
        r"E0302 (cumulative_)?trapezoid of .*: a place for each value",
        r"E0308 `dropout_p` of scaled_dot_product_attention is 0 or more",
        r"E0302 feature_alpha_dropout takes 2 axes or more",
        r"E0405 `(axes|kernel_size)` of `(reduce|unfold)` takes",
        r"E0305 axis 1 does not exist: vecdot",
        # Biases that are added by broadcasting.
        r"E0302 linear of one row of weights takes no bias",
        r"E030[12] linear's bias is",
        # One key for all values with grouped heads, and a number for a mask: one kernel stretches them, the others refuse.
        r"E0301 key and value differ in their length",
        r"E0302 scaled_dot_product_attention of .* takes a mask of two axes or more",
        # Weights of a loss of complex numbers, which is refused without them.
        r"E0303 (mse_loss|binary_cross_entropy_with_logits) takes no complex",
        # A tensor of one element that is filled with more than its dtype holds: torch writes infinity there, and refuses two.
        r"E0303 (full|full_like|new_full) has .* does not hold: it goes to",
        # A tensor that is read as a number.
        r"E0405 `split_size` of `split` takes",
        # Nothing to do.
        r"E0302 block_diag needs at least one tensor",
        r"E0303 gradient takes no bool tensor",
        # Scalars for examples.
        r"E0302 `multilabel_margin_loss` takes",
    )
]


def on_purpose(errors: Iterable[Diagnostic]) -> bool:
    """Whether everything that was refused is refused for one of the reasons."""
    said = [f"{d.code} {d.message}" for d in errors]
    return bool(said) and all(_on_purpose(text) for text in said)


def _on_purpose(said: str) -> bool:
    if NOTHING_LEFT.match(said) or FLOATING.match(said) or BOOL_INDEX.match(said):
        return True
    if any(each.match(said) for each in ODDITIES):
        return True
    if SHORT_TUPLE.match(said) or OLDER_WORDS.match(said) or SCALARS.match(said):
        return True
    found = OTHER_KIND.match(said)
    if found is None:
        return False
    asked, given = found["type"], found["kind"]
    match given:
        case "a tensor":
            return "tensor" not in asked and "[" not in asked and bool(NUMBER.search(asked))
        case "the bool":
            return "float" in asked or "int" in asked
        case "None" | "the int" | "the float":
            return asked == "bool"
    return False
