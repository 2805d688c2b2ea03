"""What other choices than the framework's would do to a ranking."""

from dataclasses import replace

import numpy as np
import pytest

from shared.scoring.arrays import BoolArray, FloatArray
from shared.scoring.framework import Band, Direction, Framework, Missing, Normalisation
from shared.scoring.normalise import normalise
from shared.sensitivity.choices import Shift, shifts
from tests.fixtures import frameworks as make
from tests.fixtures.frameworks import BEST

FALLING = (Band(None, 1.0), Band(5.0, 0.5), Band(10.0, 0.0))
BUMPY = (Band(None, 0.0), Band(5.0, 1.0), Band(10.0, 0.5))


def found(
    framework: Framework, values: FloatArray, blocked: BoolArray | None = None
) -> dict[tuple[str, str], Shift]:
    """Return the shift of every choice."""
    blocked = np.zeros(len(values), np.bool_) if blocked is None else blocked
    shares = normalise(framework, values, np.zeros(len(values), np.int64)).shares
    told: list[float] = []
    result = shifts(framework, values, shares, blocked, told.append)
    assert told[-1] == 1
    assert len(told) == len(result)
    return {(each.choice, each.value): each for each in result}


def two(**rules: Normalisation) -> Framework:
    """Make a framework of one indicator for each rule, in one dimension."""
    return make.framework([make.indicator(code, rule) for code, rule in rules.items()])


def test_without_an_indicator_the_others_decide() -> None:
    """A: 1, 2, 3; B alone would be 3, 1, 2: shifts of 2, 1 and 1."""
    values = make.table((10, 5), (6, 7), (4, 6))

    without = found(two(A=BEST, B=BEST), values)["leave_out", "A"]

    assert without == Shift("leave_out", "A", 4 / 3, 2, 0, 1, 3)


def test_another_normalisation_is_applied_with_the_indicators_own_direction() -> None:
    """Against the best, 100 is far ahead of 60; by rank they are neighbours, and so is B."""
    framework = two(A=BEST, B=Normalisation("best", Direction.LOWER))
    values = make.table((100, 10), (60, 7), (50, 6), (10, 9))

    result = found(framework, values)

    assert result["normalise", "best"].greatest == 0
    assert result["normalise", "percent_rank"] == Shift(
        "normalise", "percent_rank", 1.0, 2, 0, 1, 3
    )


@pytest.mark.parametrize("method", ["best", "min_max", "percent_rank", "z_score"])
def test_what_has_no_order_keeps_its_own_normalisation(method: str) -> None:
    """Grades, and bands whose shares rise and fall."""
    yes_no = Normalisation("grades", grades=(("no", 0.0), ("yes", 1.0)))
    framework = two(A=yes_no, B=Normalisation("steps", bands=BUMPY))
    values = make.table((1, 20), (0, 7), (1, 1))

    assert found(framework, values)["normalise", method].greatest == 0


def test_steps_that_fall_say_that_less_is_better() -> None:
    framework = two(A=Normalisation("steps", bands=FALLING))
    values = make.table((1,), (3,), (20,))  # the first two share a band

    shift = found(framework, values)["normalise", "percent_rank"]

    assert (shift.row, shift.before, shift.after) == (1, 1, 2)


def test_who_has_the_method_keeps_its_parameters() -> None:
    framework = two(A=Normalisation("min_max", base=0.6), B=Normalisation("min_max"))
    values = make.table((10, 0), (0, 5), (5, 2), (1, 10))

    assert found(framework, values)["normalise", "min_max"].greatest == 0


def test_missing_as_zero_takes_away_what_skipping_gave() -> None:
    a, b = (make.indicator(code, missing=Missing.SKIP) for code in "AB")
    values = make.table((10, None), (9, 10))

    result = found(make.framework([a, b]), values)

    assert result["missing", "zero"] == Shift("missing", "zero", 1, 1, 0, 1, 2)
    assert result["missing", "median"].greatest == 0


def test_missing_as_the_median_is_the_median_share_of_those_who_have_one() -> None:
    """In the middle between 0.4 and 1.0, more than the 0.5 by which the second leads."""
    values = make.table((10, None), (10, 4), (1, 10))

    result = found(two(A=BEST, B=BEST), values)

    assert result["missing", "median"].row == 0
    assert (result["missing", "median"].before, result["missing", "median"].after) == (3, 1)
    assert result["missing", "zero"].greatest == 0


def test_what_nobody_has_stays_missing() -> None:
    values = make.table((10, None), (9, None))

    assert found(two(A=BEST, B=BEST), values)["missing", "median"].greatest == 0


def test_who_is_not_ranked_counts_in_the_scales_and_nowhere_else() -> None:
    values = make.table((10, 5), (6, 7), (4, 6), (100, 100))

    without = found(two(A=BEST, B=BEST), values, np.array([False, False, False, True]))

    assert without["leave_out", "A"].row in {0, 1, 2}
    assert without["leave_out", "A"].greatest == 2


def test_the_choice_that_moves_most_comes_first() -> None:
    chance = np.random.default_rng(3)
    framework = make.framework(
        [make.indicator(f"I{at}", full=full) for at, full in enumerate((90_000, 5_000, 100))]
    )
    values = chance.uniform(1, 100, (50, 3))
    shares = normalise(framework, values, np.zeros(50, np.int64)).shares

    told: list[float] = []
    result = shifts(framework, values, shares, np.zeros(50, np.bool_), told.append)

    assert result[0].value == "I0"
    means = [each.mean for each in result]
    assert means == sorted(means, reverse=True)


def test_an_only_indicator_is_not_left_out() -> None:
    result = found(two(A=BEST), make.table((10,), (9,)))

    assert [choice for choice, _ in result] == ["normalise"] * 4 + ["missing"] * 2


@pytest.mark.parametrize("blocked", [[], [True]])
def test_where_nobody_is_ranked_nobody_moves(blocked: list[bool]) -> None:
    values = np.full((len(blocked), 2), 1.0)

    for shift in found(two(A=BEST, B=BEST), values, np.array(blocked, np.bool_)).values():
        assert shift == replace(shift, mean=0.0, greatest=0, row=None, before=None, after=None)
