"""tolerance: decimals are compared, whatever doubles make of them."""

from fractions import Fraction
from sys import float_info

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.tolerance import beyond
from tests.fixtures.frameworks import examples
from tests.scoring.limits import Limit, limits

LARGEST, SMALLEST = float_info.max, 5e-324


def said(rows: list[Limit]) -> list[bool]:
    """Ask about all *rows* at once."""
    found: list[bool] = beyond(*np.array(rows).reshape(-1, 4).T).tolist()
    return found


def decimal(number: float) -> Fraction:
    """Return what *number* stands for."""
    return Fraction(f"{number:.15g}")


@examples(300)
@given(rows=st.lists(limits(), max_size=20))
def test_what_is_beyond_is_so_in_exact_numbers(rows: list[Limit]) -> None:
    expected = [
        abs(decimal(one) - decimal(other)) > decimal(tolerance) * decimal(unit)
        for one, other, tolerance, unit in rows
    ]
    assert said(rows) == expected


def test_on_the_edge_of_a_tolerance_nothing_is_beyond_it() -> None:
    rows = [
        (0.77, 0.7, 0.1, 0.7),
        (0.3, 0.1, 0.2, 1.0),
        (0.0, 0.0, 0.0, 0.0),
        (LARGEST, -LARGEST, 2.0, LARGEST),
        (1.0, 2.0, LARGEST, LARGEST),
        (1e15, 1e15 + 0.125, 0.0, 1.0),  # the same decimal of 15 digits
    ]
    assert said(rows) == [False] * len(rows)


def test_whatever_lies_behind_the_edge_is_beyond() -> None:
    rows = [
        (0.770000000000001, 0.7, 0.1, 0.7),
        (SMALLEST, 0.0, 0.5, 0.0),
        (SMALLEST, 0.0, 0.6, SMALLEST),
        (SMALLEST, 0.0, SMALLEST, SMALLEST),
        (LARGEST, -LARGEST, 1.5, LARGEST),
    ]
    assert said(rows) == [True] * len(rows)


def test_without_a_limit_nothing_is_beyond() -> None:
    assert said([(LARGEST, -LARGEST, np.nan, 1.0), (1.0, 2.0, np.nan, 0.0)]) == [False, False]


def test_one_unit_may_be_said_for_all() -> None:
    one, other = np.array([80.0, 80.1]), np.array([60.0, 60.0])
    assert beyond(one, other, np.array([20.0, 20.0])).tolist() == [False, True]
