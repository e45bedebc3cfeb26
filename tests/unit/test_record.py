"""Records behave as frozen dataclasses with slots do."""

from __future__ import annotations

import copy
import pickle

import pytest

from nnspec.record import Record, field, replaced


class Point(Record):
    x: float
    y: float = 0.0


class Other(Record):
    x: float
    y: float = 0.0


class Lone(Record):
    item: object


class Nothing(Record):
    """Without fields."""


class Named(Point):
    name: str = "p"


class Same(Record, eq=False):
    x: int


class Counter(Record, frozen=False, eq=False):
    start: int
    seen: list[int] = field(default_factory=list)


class Open(Record, frozen=False):
    x: int


def test_fields_by_position_by_name_and_by_default() -> None:
    assert Point(1.0) == Point(x=1.0, y=0.0) == Point(1.0, y=0.0)
    assert (Point(1.0, 2.0).x, Point(1.0, 2.0).y) == (1.0, 2.0)
    assert Named(1.0, 2.0).name == "p"
    assert Named.fields == ("x", "y", "name")


@pytest.mark.parametrize(
    ("arguments", "keywords"),
    [((), {}), ((1, 2, 3), {}), ((1,), {"x": 2}), ((1,), {"z": 2}), ((1, 2), {"z": 3})],
)
def test_arguments_that_do_not_fit_are_refused(
    arguments: tuple[int, ...], keywords: dict[str, int]
) -> None:
    with pytest.raises(TypeError):
        Point(*arguments, **keywords)


def test_equal_are_those_of_one_class_with_equal_fields() -> None:
    assert Point(1, 2) != Point(1, 3)
    assert Point(1, 2) != Other(1, 2)
    assert Point(1, 2) != Named(1, 2)
    assert Point(1, 2) != (1, 2)
    assert hash(Point(1, 2)) == hash(Point(1.0, 2.0))
    assert Nothing() == Nothing() != Lone(None)
    assert len({Nothing(), Nothing(), Lone(1), Lone(1), Lone(2)}) == 3


def test_a_value_that_differs_from_itself_is_the_same_in_one_record() -> None:
    nan = float("nan")
    assert Lone(nan) == Lone(nan)


def test_identity() -> None:
    one = Same(1)
    assert one != Same(1)
    assert {one: "found"}[one] == "found"


def test_a_record_that_may_change_and_is_compared_has_no_hash() -> None:
    one = Open(1)
    one.x = 2
    assert one == Open(2)
    with pytest.raises(TypeError):
        hash(one)


def test_frozen() -> None:
    point = Point(1, 2)
    with pytest.raises(AttributeError):
        point.x = 3  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del point.x
    with pytest.raises(AttributeError):
        point.z = 3
    assert not hasattr(point, "__dict__")


def test_fields_of_their_own() -> None:
    one, two = Counter(0), Counter(0)
    one.seen.append(1)
    one.start = 5
    assert (one.start, one.seen, two.start, two.seen) == (5, [1], 0, [])
    with pytest.raises(AttributeError):
        one.other = 1


def test_patterns_text_copies() -> None:
    point = Point(1, 2)
    match point:
        case Point(x, y):
            assert (x, y) == (1, 2)
    assert repr(point) == "Point(x=1, y=2)"
    assert copy.deepcopy(point) == point == pickle.loads(pickle.dumps(point))
    assert replaced(point, y=5) == Point(1, 5)
