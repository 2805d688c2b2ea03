"""normalise: every method by hand, at its edges, and what a run keeps of it."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from shared.scoring.arrays import FloatArray
from shared.scoring.flags import names
from shared.scoring.framework import Band, Direction, MeasureType, Normalisation
from shared.scoring.normalise import Normalised, normalise
from tests.fixtures import frameworks as make

HIGHER, LOWER = Direction
GRADES = (("A", 1.0), ("B", 0.8), ("C", 0.3), ("D", 0.0))
BANDS = (Band(None, 0.0), Band(0.0, 0.2), Band(10.0, 0.6), Band(20.0, 1.0, inclusive=False))
BEST, PERCENT_RANK = Normalisation("best"), Normalisation("percent_rank")
MIN_MAX, Z_SCORE = Normalisation("min_max"), Normalisation("z_score", within=2.0)


def lower(rule: Normalisation) -> Normalisation:
    """Turn the scale of *rule* round."""
    return replace(rule, direction=LOWER)


def normalised(rule: Normalisation, values: FloatArray) -> Normalised:
    """Normalise *values* as the only column of one cohort."""
    kind = MeasureType.CATEGORY if rule.grades else MeasureType.NUMBER
    codes = tuple(code for code, _ in rule.grades)
    framework = make.framework(
        [make.indicator("A", rule)], measures=[make.measure("A", type=kind, codes=codes)]
    )
    return normalise(framework, values[:, np.newaxis], np.zeros(values.size, dtype=np.int64))


def shares(rule: Normalisation, *values: float | None) -> list[float | None]:
    """Give the shares that *values* earn, None for missing."""
    earned = normalised(rule, make.column(*values)).shares[:, 0]
    return [None if math.isnan(each) else each for each in earned.tolist()]


def flags(rule: Normalisation, *values: float | None) -> list[list[str]]:
    """Give the flags on each line."""
    return [names(each) for each in normalised(rule, make.column(*values)).flags[:, 0].tolist()]


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        (Normalisation("target", floor=10, target=30), (5, 10, 15, 30, 99), (0, 0, 0.25, 1, 1)),
        (Normalisation("target", target=20, step=5), (4.9, 5, 19, 20, 26), (0, 0.25, 0.75, 1, 1)),
        (Normalisation("target", target=20, step=8), (7, 8, 20, 24), (0, 0.4, 0.8, 1)),
        (lower(Normalisation("target", target=20)), (-1, 0, 5, 20, 21), (1, 1, 0.75, 0, 0)),
        (
            Normalisation("steps", bands=BANDS),
            (-1, 0, 9.99, 10, 20, 20.01),
            (0, 0.2, 0.2, 0.6, 0.6, 1),
        ),
        (Normalisation("grades", grades=GRADES), (0, 1, 2, 3), (1, 0.8, 0.3, 0)),
        (BEST, (0, 5, 20), (0, 0.25, 1)),
        (BEST, (-3, 5, 20), (0, 0.25, 1)),
        (lower(BEST), (5, 10, 20), (1, 0.5, 0.25)),
        (lower(BEST), (0, 10, 20), (1, 0, 0)),
        (MIN_MAX, (10, 15, 30), (0, 0.25, 1)),
        (Normalisation("min_max", base=0.5), (10, 15, 30), (0.5, 0.625, 1)),
        (lower(Normalisation("min_max", base=0.5)), (10, 15, 30), (1, 0.875, 0.5)),
        (MIN_MAX, (-10, 0, 10), (0, 0.5, 1)),
        (PERCENT_RANK, (3, 1, 2, 2, 9), (0.75, 0, 0.375, 0.375, 1)),
        (lower(PERCENT_RANK), (3, 1, 2, 2, 9), (0.25, 1, 0.625, 0.625, 0)),
        (Z_SCORE, (1, 2, 3), (0.25, 0.5, 0.75)),
        (lower(Z_SCORE), (1, 2, 3), (0.75, 0.5, 0.25)),
        (Normalisation("z_score", within=0.5), (1, 2, 3), (0, 0.5, 1)),
    ],
)
def test_shares_worked_by_hand(
    rule: Normalisation, values: Sequence[float], expected: Sequence[float]
) -> None:
    assert shares(rule, *values) == list(expected)


def test_a_step_is_made_in_decimals() -> None:
    """In floats 0.3 / 0.1 is less than 3, and 0.7 / 0.1 less than 7."""
    tenths = Normalisation("target", target=1.0, step=0.1)

    assert shares(tenths, 0.3, 0.7, 0.29) == [pytest.approx(0.3), pytest.approx(0.7), 0.2]


def test_below_the_first_band_is_in_the_first_band() -> None:
    assert shares(Normalisation("steps", bands=(Band(5, 0.1), Band(9, 1.0))), 4, 5) == [0.1, 0.1]


def test_a_steps_shares_say_themselves_which_way_is_better() -> None:
    falling = Normalisation("steps", bands=(Band(0, 1.0), Band(55, 0.5), Band(75, 0.0)))

    assert shares(lower(falling), 40, 55, 80) == [1.0, 0.5, 0.0]


def test_a_flag_is_graded_no_and_yes() -> None:
    """Whatever their order in the document."""
    rule = Normalisation("grades", grades=(("yes", 1.0), ("no", 0.25)))
    framework = make.framework(
        [make.indicator("A", rule)], measures=[make.measure("A", type=MeasureType.FLAG)]
    )

    result = normalise(framework, make.table([0], [1], [None]), np.zeros(3, dtype=np.int64))

    np.testing.assert_array_equal(result.shares[:, 0], [0.25, 1.0, np.nan])


@pytest.mark.parametrize(
    ("rule", "common", "share"),
    [
        (MIN_MAX, 5.0, 1.0),
        (MIN_MAX, -5.0, 1.0),
        (MIN_MAX, 0.0, 0.0),
        (Normalisation("min_max", base=0.5), 0.0, 0.0),
        (lower(MIN_MAX), 5.0, 1.0),
        (lower(MIN_MAX), 0.0, 1.0),
        (PERCENT_RANK, 5.0, 0.5),
        (lower(PERCENT_RANK), 5.0, 0.5),
        (Z_SCORE, 5.0, 0.5),
        (lower(Z_SCORE), 0.1, 0.5),
    ],
)
def test_a_flat_column_has_one_share_and_is_flagged(
    rule: Normalisation, common: float, share: float
) -> None:
    values = (common, None, common, common)

    assert shares(rule, *values) == [share, None, share, share]
    assert flags(rule, *values) == [["flat"], [], ["flat"], ["flat"]]


@pytest.mark.parametrize(
    ("rule", "share"),
    [
        (BEST, 1.0), (lower(BEST), 1.0), (MIN_MAX, 1.0), (lower(MIN_MAX), 1.0),
        (PERCENT_RANK, 1.0), (lower(PERCENT_RANK), 1.0), (Z_SCORE, 0.5),
    ],
)  # fmt: skip
def test_one_applicant_alone_has_a_share(rule: Normalisation, share: float) -> None:
    assert shares(rule, None, 7.0) == [None, share]


@pytest.mark.parametrize(
    ("rule", "values"),
    [(BEST, (0.0, 0.0)), (BEST, (-2.0, 0.0)), (BEST, (-2.0, -1.0)), (lower(BEST), (-1.0, 5.0))],
)
def test_without_a_best_there_is_no_scale(rule: Normalisation, values: tuple[float, float]) -> None:
    assert shares(rule, None, *values) == [None, 0.0, 0.0]
    assert flags(rule, None, *values) == [[], ["no_scale"], ["no_scale"]]


def test_a_shared_zero_is_the_best_there_is_where_less_is_better() -> None:
    assert shares(lower(BEST), 0.0, 0.0) == [1.0, 1.0]
    assert flags(lower(BEST), 0.0, 0.0) == [[], []]


@pytest.mark.parametrize(
    ("rule", "parameters"),
    [
        (BEST, {"n": 3, "best": 5.0}),
        (lower(BEST), {"n": 3, "best": 1.0}),
        (MIN_MAX, {"n": 3, "worst": 1.0, "best": 5.0}),
        (lower(MIN_MAX), {"n": 3, "worst": 5.0, "best": 1.0}),
        (PERCENT_RANK, {"n": 3}),
        (Z_SCORE, {"n": 3, "mean": 3.0, "deviation": 2.0}),
        (lower(Z_SCORE), {"n": 3, "mean": 3.0, "deviation": 2.0}),
    ],
)
def test_a_run_can_say_what_it_took_from_the_cohort(
    rule: Normalisation, parameters: dict[str, float]
) -> None:
    assert normalised(rule, make.column(1, None, 3, 5)).parameters == [{"A": parameters}]


def test_a_fixed_scale_takes_nothing_from_the_cohort() -> None:
    assert normalised(Normalisation("target"), make.column(1, 2)).parameters == [{}]


def test_each_cohort_has_its_own_scale_and_parameters() -> None:
    framework = make.framework([make.indicator("A", BEST)])

    result = normalise(framework, make.table([5], [8], [10], [4]), np.array([0, 1, 0, 1]))

    assert result.shares[:, 0].tolist() == [0.5, 1.0, 1.0, 0.5]
    assert result.parameters == [{"A": {"n": 2, "best": 10.0}}, {"A": {"n": 2, "best": 8.0}}]


def test_an_unknown_method_is_an_error() -> None:
    with pytest.raises(ValueError, match="no such method of normalising: guess"):
        shares(Normalisation("guess"), 1.0)
