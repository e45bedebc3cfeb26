"""Names that cannot be borne: by members, because of Python and nn.Module; at the top, because of the built Python."""

from __future__ import annotations

from keyword import iskeyword

# The attributes of an nn.Module object, public and private; a test compares them with the installed torch.
MODULE_ATTRIBUTES = frozenset(
    (
        "T_destination _apply _backward_hooks _backward_pre_hooks _buffers _call_impl "
        "_compiled_call_impl _forward_hooks _forward_hooks_always_called "
        "_forward_hooks_with_kwargs _forward_pre_hooks _forward_pre_hooks_with_kwargs "
        "_get_backward_hooks _get_backward_pre_hooks _get_name _is_full_backward_hook "
        "_load_from_state_dict _load_state_dict_post_hooks _load_state_dict_pre_hooks "
        "_maybe_warn_non_full_backward_hook _modules _named_members _non_persistent_buffers_set "
        "_parameters _register_load_state_dict_pre_hook _register_state_dict_hook "
        "_replicate_for_data_parallel _save_to_state_dict _slow_forward _state_dict_hooks "
        "_state_dict_pre_hooks _version _wrapped_call_impl add_module apply bfloat16 buffers "
        "call_super_init children compile cpu cuda double dump_patches eval extra_repr float "
        "forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict "
        "modules mtia named_buffers named_children named_modules named_parameters parameters "
        "register_backward_hook register_buffer register_forward_hook register_forward_pre_hook "
        "register_full_backward_hook register_full_backward_pre_hook "
        "register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module "
        "register_parameter register_state_dict_post_hook register_state_dict_pre_hook "
        "requires_grad_ set_extra_state set_submodule share_memory state_dict to to_empty train "
        "training type xpu zero_grad "
    ).split()
)
# What torch's containers have beside these; a test compares them with the installed torch.
CONTAINER_ATTRIBUTES = {
    "ModuleDict": frozenset("clear items keys pop update values".split()),
    "Sequential": frozenset("append extend insert pop _get_item_by_idx".split()),
}

# What the built Python uses at its top level: its imports, and Python's own words for types and loops.
# A function called `sum` or `round` is fine: the built Python then reaches for `builtins.sum`.
TOP_LEVEL = frozenset(
    (
        "nn torch F Tensor math NamedTuple OrderedDict Callable Any builtins annotations "
        "super range len int float str bool list tuple dict type property zip enumerate reversed "
        "getattr isinstance object ValueError"
    ).split()
)


def member_trouble(name: str, method: bool = False) -> str | None:
    """Why a submodule, parameter, buffer or method cannot have a name; None where it can.

    method: whether it is a `def`, which may be called `forward`.
    """
    if iskeyword(name):
        return "a word of Python"
    if name in MODULE_ATTRIBUTES:
        return (
            None if method and name == "forward" else "every nn.Module has something of that name"
        )
    if name == "reset_parameters":
        return "the built class keeps its `init` lines there"
    if name.startswith("__"):
        return "Python changes names that begin with two underscores"
    return None


def key_trouble(key: object, container: str) -> str | None:
    """Why a layer cannot stand under a key; None where it can.

    container: `ModuleDict`, `Sequential`, or `Module`, where the layers are children of a module itself.
    """
    if not isinstance(key, str):
        return "names of layers are strings"
    if not key:
        return "a name has one letter at least"
    if "." in key:
        return "dots stand between the names of a path"
    if key in MODULE_ATTRIBUTES or key in CONTAINER_ATTRIBUTES.get(container, ()):
        return f"every nn.{container} has something of that name"
    return None


def top_level_trouble(name: str) -> str | None:
    """Why a declaration, or an imported name, cannot have a name; None where it can."""
    if iskeyword(name):
        return "a word of Python"
    if name in TOP_LEVEL:
        return "the built Python needs that name for itself"
    if name.startswith("__"):
        return "Python keeps names that begin with two underscores for itself"
    return None


def another(name: str) -> str:
    """A name near to one that cannot be borne."""
    name = name.strip("_") or "value"
    return f"My{name}" if name[0].isupper() and not iskeyword(name) else f"{name}_"
