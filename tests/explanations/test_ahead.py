"""The lines in which the one above earns more: the widest first, three at most."""

from shared.explanations.place import ahead
from tests.fixtures import frameworks as make

FRAMEWORK = make.framework([make.indicator(code) for code in "abcde"])
UNIT = 10**FRAMEWORK.precision


def codes(own: list[int], theirs: list[int]) -> list[str]:
    """Name the lines of which is told."""
    return [each["indicator"] for each in ahead(FRAMEWORK, own, theirs)]


def test_the_widest_difference_comes_first_and_three_are_named() -> None:
    assert codes([0, 5, 0, 0, 9], [1, 9, 2, 3, 0]) == ["b", "d", "c"]


def test_of_equal_differences_the_frameworks_order_decides() -> None:
    assert codes([0, 0, 0, 0, 0], [2, 0, 2, 5, 2]) == ["d", "a", "c"]


def test_where_theirs_are_no_more_nothing_is_named() -> None:
    assert codes([3, 3, 3, 3, 3], [3, 1, 0, 3, 3]) == []


def test_both_points_are_named() -> None:
    assert ahead(FRAMEWORK, [UNIT, 0, 0, 0, 0], [3 * UNIT, 0, 0, 0, 0]) == [
        {"indicator": "a", "points": 1.0, "theirs": 3.0}
    ]
