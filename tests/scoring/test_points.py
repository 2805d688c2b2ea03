"""points: from shares to whole units that add up."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.flags import names
from shared.scoring.framework import Empty, Framework, Missing
from shared.scoring.points import Points, dimension_points, half_up, points
from tests.fixtures import frameworks as make
from tests.fixtures.frameworks import examples
from tests.scoring import oracle

ZERO, SKIP, BLOCK = Missing


def framework(*dimensions: dict[str, tuple[int, Missing]]) -> Framework:
    """Make dimensions of indicators with their full points in units and their missing rule."""
    return make.framework(
        *(
            [
                make.indicator(code, full=full, missing=missing)
                for code, (full, missing) in dimension.items()
            ]
            for dimension in dimensions
        )
    )


def flags(earned: Points) -> list[list[str]]:
    """Name the flags on the first applicant's lines."""
    return [names(each) for each in earned.flags[0].tolist()]


@pytest.mark.parametrize(
    ("share", "full", "rounded"),
    [
        (0.0, 10, 0),
        (0.5, 1, 1),
        (0.5, 3, 2),
        (0.5, 5, 3),
        (0.29, 50, 15),  # 14.499999999999998
        (57 / 1600, 20_000, 713),  # 712.4999999999999
        (0.2899999999, 50, 14),
        (1.0, 10**15, 10**15),
    ],
)
def test_half_a_unit_is_rounded_up_whatever_is_lost_in_binary(
    share: float, full: int, rounded: int
) -> None:
    assert half_up(np.array([share]), np.array([float(full)])).tolist() == [rounded]


def test_the_lines_add_up_to_the_total() -> None:
    """Rounding happens on the line, so a published breakdown never disagrees with its total."""
    third = (10_000, ZERO)
    earned = points(
        framework({"A": third, "B": third}, {"C": third}), make.table([1 / 3, 1 / 3, 1 / 3])
    )

    assert earned.units.tolist() == [[3333, 3333, 3333]]
    assert earned.dimensions.tolist() == [[6666, 3333]]
    assert earned.totals.tolist() == [9999]


def test_missing_earns_nothing_and_lowers_the_coverage() -> None:
    earned = points(
        framework({"A": (3000, ZERO), "B": (1000, ZERO)}), make.table([None, 1.0], [0.0, 1.0])
    )

    assert earned.totals.tolist() == [1000, 1000]
    assert earned.coverage.tolist() == [0.25, 1.0]
    assert earned.full.tolist() == [[3000, 1000], [3000, 1000]]
    assert not earned.blocked.any()


def test_a_skipped_lines_weight_passes_to_the_others_of_its_dimension() -> None:
    """By the formula: 9000 · (2000 · ½ + 4000 · ¾) / (2000 + 4000) = 6000."""
    earned = points(
        framework({"A": (3000, SKIP), "B": (2000, SKIP), "C": (4000, ZERO)}, {"D": (1000, SKIP)}),
        make.table([None, 0.5, 0.75, 1.0]),
    )

    assert earned.full.tolist() == [[0, 3000, 6000, 1000]]
    assert earned.units.tolist() == [[0, 1500, 4500, 1000]]
    assert earned.dimensions.tolist() == [[6000, 1000]]
    assert earned.coverage.tolist() == [0.7]
    assert flags(earned) == [[], ["reweighted"], ["reweighted"], []]


def test_a_dimension_of_which_something_is_skipped_never_earns_more_than_its_points() -> None:
    """Six lines of 8.1666… points each would be rounded to 49.0002 together."""
    lines = {f"A{at}": (70_000, SKIP) for at in range(7)}
    earned = points(framework(lines), make.table([1.0] * 6 + [None], [1.0] * 7))

    assert earned.totals.tolist() == [490_000, 490_000]
    assert earned.full[0].tolist() == [81667, 81666, 81667, 81667, 81666, 81667, 0]


def test_a_missing_line_under_zero_keeps_its_weight_beside_a_skipped_one() -> None:
    """Otherwise one skipped neighbour would turn every `zero` of the dimension into a `skip`."""
    earned = points(
        framework({"A": (3000, SKIP), "B": (2000, ZERO), "C": (4000, ZERO)}),
        make.table([None, None, 1.0]),
    )

    assert earned.full.tolist() == [[0, 3000, 6000]]
    assert earned.units.tolist() == [[0, 0, 6000]]


def test_a_dimension_of_which_everything_is_skipped_earns_nothing() -> None:
    earned = points(
        framework({"A": (3000, SKIP), "B": (2000, SKIP)}, {"C": (1000, ZERO)}),
        make.table([None, None, 1.0]),
    )

    assert earned.full.tolist() == [[0, 0, 1000]]
    assert earned.dimensions.tolist() == [[0, 1000]]
    assert flags(earned) == [["empty_dimension"], ["empty_dimension"], []]


def passing_on(*dimensions: dict[str, tuple[int, Missing]]) -> Framework:
    """Make a framework whose empty dimensions pass their points on."""
    return replace(framework(*dimensions), empty=Empty.PASS_ON)


def test_an_empty_dimension_passes_its_points_to_the_others() -> None:
    """By the formula: B and C have 10000 · 2000 / 5000 and 10000 · 3000 / 5000 in force."""
    earned = points(
        passing_on(
            {"A": (5000, SKIP)}, {"B": (2000, ZERO)}, {"C": (1000, SKIP), "D": (2000, SKIP)}
        ),
        make.table([None, 0.5, None, 0.75], [1.0, 0.5, None, 0.75]),
    )

    assert earned.full.tolist() == [[0, 4000, 0, 6000], [5000, 2000, 0, 3000]]
    assert earned.units.tolist() == [[0, 2000, 0, 4500], [5000, 1000, 0, 2250]]
    assert earned.dimensions.tolist() == [[0, 2000, 4500], [5000, 1000, 2250]]
    assert flags(earned) == [["empty_dimension"], ["reweighted"], [], ["reweighted"]]


def test_a_missing_line_under_zero_keeps_its_dimension_from_being_empty() -> None:
    earned = points(
        passing_on({"A": (3000, SKIP), "B": (2000, ZERO)}, {"C": (1000, ZERO)}),
        make.table([None, None, 1.0]),
    )

    assert earned.full.tolist() == [[0, 5000, 1000]]


def test_where_every_dimension_is_empty_nothing_is_earned() -> None:
    earned = points(passing_on({"A": (3000, SKIP)}, {"B": (1000, SKIP)}), make.table([None, None]))

    assert earned.full.tolist() == [[0, 0]]
    assert earned.totals.tolist() == [0]
    assert flags(earned) == [["empty_dimension"], ["empty_dimension"]]


@st.composite
def skipping(draw: st.DrawFn) -> tuple[Framework, list[float | None]]:
    """Draw a framework whose empty dimensions pass on, and one applicant's shares.

    It has no more units than doubles share out as fractions do: beyond 2**25 of them, half a unit
    and a trace less are the same double.
    """
    line = st.tuples(st.integers(1, 10**6), st.sampled_from([SKIP, SKIP, SKIP, ZERO]))
    drawn = draw(st.lists(st.lists(line, min_size=1, max_size=3), min_size=1, max_size=5))
    dimensions = [
        {f"{at}-{number}": each for number, each in enumerate(lines)}
        for at, lines in enumerate(drawn)
    ]
    width = sum(map(len, dimensions))
    share = st.sampled_from([None, None, 0.0, 0.3, 1.0])
    return passing_on(*dimensions), draw(st.lists(share, min_size=width, max_size=width))


@given(skipping())
@examples(300)
def test_what_is_in_force_always_adds_up_to_all_points(
    drawn: tuple[Framework, list[float | None]],
) -> None:
    """In whole units, as the second opinion has them, and for each dimension."""
    framework, shares = drawn
    table = make.table(shares)

    earned = points(framework, table)

    whole = dimension_points(framework, np.isnan(table))[0]
    assert earned.full[0].tolist() == [
        line.full
        for line in oracle.points(framework, [None if x is None else Fraction(x) for x in shares])
    ]
    of = np.array(framework.dimension_of)
    assert [earned.full[0][of == at].sum() for at in range(len(whole))] == whole.tolist()
    assert earned.full[0].sum() in {framework.full, 0}
    assert (earned.full[0].sum() == 0) == all(name == ["empty_dimension"] for name in flags(earned))


def test_skipping_one_applicants_line_leaves_the_others_alone() -> None:
    earned = points(
        framework({"A": (3000, SKIP), "B": (2000, ZERO)}), make.table([None, 1.0], [0.5, 1.0])
    )

    assert earned.full.tolist() == [[0, 5000], [3000, 2000]]
    assert earned.totals.tolist() == [5000, 3500]


def test_a_missing_line_under_block_bars_from_the_ranking() -> None:
    """The points are computed all the same, so that the applicant sees where it stands."""
    earned = points(
        framework({"A": (3000, BLOCK), "B": (2000, ZERO)}), make.table([None, 1.0], [0.0, None])
    )

    assert earned.blocked.tolist() == [True, False]
    assert earned.totals.tolist() == [2000, 0]
    assert flags(earned) == [["blocks"], []]
    assert earned.flags[1].tolist() == [0, 0]


def test_nobody_to_score_is_no_error() -> None:
    earned = points(framework({"A": (3000, SKIP)}), np.empty((0, 1)))

    assert earned.totals.tolist() == []
    assert earned.dimensions.shape == (0, 1)


@given(st.integers(1, 20_000), st.integers(1, 1_000_000), st.data())
@examples(300)
def test_rounding_is_half_up(of: int, full: int, data: st.DataObject) -> None:
    """As the fraction is rounded that the float stands for; some hit a half exactly."""
    part = data.draw(st.integers(0, of))
    expected = math.floor(Fraction(part * full, of) + Fraction(1, 2))

    assert half_up(np.array([part / of]), np.array([float(full)])).tolist() == [expected]
