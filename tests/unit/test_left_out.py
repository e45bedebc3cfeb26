"""What is said about names of torch that the library leaves out."""

from __future__ import annotations

import pytest

from nnspec.diagnostics import left_out
from nnspec.library.catalog import library


def test_the_longest_path_of_a_name_counts() -> None:
    normal = left_out.told("torch", "distributions", ("Normal", "sample"))
    gamma = left_out.told("torch", "distributions", ("Gamma",))
    assert normal is not None and "randn_like" in normal
    assert gamma is not None and gamma == left_out.told("torch", "distributions")


def test_a_name_without_a_line_of_its_own_gets_its_reason_as_a_help() -> None:
    assert (
        left_out.told("Tensor", "is_xla")
        == "a spec says what one model computes, not where it runs"
    )
    assert left_out.told("torch", "compile") == (
        "tools for programs around a model, or types of Python and of TorchScript"
    )


def test_names_that_begin_with_an_underscore_are_torchs_own() -> None:
    said = left_out.told("torch", "_sample_dirichlet")
    assert said is not None and "torch's own" in said


def test_nothing_is_said_of_what_torch_has_not() -> None:
    assert left_out.told("torch", "relue") is None
    assert left_out.argument("widht") is None


@pytest.mark.parametrize(
    "name, says",
    [
        ("Parameter", "param"),
        ("no_grad", "detach"),
        ("pack_padded_sequence", "lengths"),
        ("relu_", None),
    ],
)
def test_bare_names_as_imports_bring_them(name: str, says: str | None) -> None:
    said = left_out.told_bare(name)
    assert (said is None) if says is None else (said is not None and says in said)


@pytest.mark.parametrize("name", ["fx", "data", "wait", "relue", "my_copy"])
def test_bare_names_that_are_slips_more_likely(name: str) -> None:
    assert left_out.told_bare(name) is None


def test_no_line_is_of_a_name_that_the_library_has() -> None:
    catalog = library()
    for whole in left_out.table().instead:
        place, _, name = whole.rpartition(".")
        has = (
            catalog.has_method(name) if place == "Tensor" else catalog.has_in_namespace(place, name)
        )
        assert not has, whole
