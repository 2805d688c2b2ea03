"""normalise: against the second opinion, from the smallest number to the largest."""

import json
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.framework import Normalisation
from tests.fixtures import frameworks as make
from tests.fixtures.frameworks import examples
from tests.scoring import oracle
from tests.scoring.test_normalise import (
    BANDS,
    BEST,
    MIN_MAX,
    PERCENT_RANK,
    Z_SCORE,
    flags,
    lower,
    normalised,
    shares,
)

LARGEST = sys.float_info.max
RULES = [
    turn(rule)
    for turn in (lambda rule: rule, lower)
    for rule in (
        Normalisation("target", floor=-3.0, target=7.0),
        Normalisation("target", floor=0.5, target=100.0, step=0.3),
        Normalisation("steps", bands=BANDS),
        BEST,
        MIN_MAX,
        Normalisation("min_max", base=0.6),
        PERCENT_RANK,
        Z_SCORE,
        Normalisation("z_score", within=3.0),
    )
]
RULE = pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.method}-{rule.direction}")


@RULE
def test_where_nobody_reported_nobody_has_a_share(rule: Normalisation) -> None:
    assert shares(rule, None, None) == [None, None]
    assert flags(rule, None, None) == [[], []]
    assert shares(rule) == []


EXTREMES = [
    0.0, 5e-324, 1e-323, 2.2250738585072014e-308, 1e-300, 0.1, 1.0, 1e300, 1e308,
    8.98846567431158e307, 1.7976931348623157e308,
]  # fmt: skip
NUMBERS = (
    st.integers(-3, 30).map(float)
    | st.integers(-300, 3000).map(lambda tenths: tenths / 10)
    | st.sampled_from(EXTREMES)
    | st.sampled_from(EXTREMES).map(lambda extreme: -extreme)
    | st.floats(allow_nan=False, allow_infinity=False)
)


@st.composite
def cohorts(draw: st.DrawFn) -> list[float | None]:
    """Draw 1 to 200 values out of a few, so that there are ties and gaps."""
    pool = draw(st.lists(NUMBERS, min_size=1, max_size=12))
    chance = draw(st.randoms(use_true_random=False))
    missing = [None] * draw(st.integers(0, 2))
    return chance.choices([*pool, *missing], k=draw(st.integers(1, 200)))


def ulps(rule: Normalisation) -> float:
    """Say by how many of the last digits of 1 a share may differ.

    A z-score divides by a deviation that can be as small as 1/√(2n) of the cohort's range, 1/20 for
    200 applicants, and by 2 · within; what is uncertain grows by as much.
    """
    return 4 + 20 / rule.within if rule.method == "z_score" else 4


@RULE
@given(values=cohorts())
@examples(25)
def test_shares_agree_with_the_second_opinion(
    rule: Normalisation, values: list[float | None]
) -> None:
    earned = shares(rule, *values)

    for share, exact in zip(earned, oracle.shares(rule, values), strict=True):
        assert (share is None) == (exact is None)
        if share is not None and exact is not None:
            assert 0.0 <= share <= 1.0
            assert abs(Fraction(share) - exact) <= ulps(rule) * 2.0**-52


@RULE
@given(values=cohorts())
@examples(15)
def test_parameters_survive_json(rule: Normalisation, values: list[float | None]) -> None:
    """They are kept with the run, where infinity could not be written."""
    (parameters,) = normalised(rule, make.column(*values)).parameters

    assert json.loads(json.dumps(parameters, allow_nan=False)) == parameters


@pytest.mark.parametrize("unit", [5e-324, 8.9e307])
def test_no_magnitude_is_too_small_or_too_large_for_a_scale(unit: float) -> None:
    """The range of the larger column, and its deviation, are more than a float holds."""
    values = (-2 * unit, 0.0, None, 2 * unit)

    assert shares(MIN_MAX, *values) == [0.0, 0.5, None, 1.0]
    assert shares(Z_SCORE, *values) == [0.25, 0.5, None, 0.75]
    assert shares(Normalisation("target", floor=-2 * unit, target=2 * unit), *values) == [
        0.0, 0.5, None, 1.0,
    ]  # fmt: skip


def test_a_deviation_beyond_a_float_is_the_largest_float() -> None:
    (parameters,) = normalised(Z_SCORE, make.column(-LARGEST, LARGEST)).parameters

    assert parameters["A"] == {"n": 2, "mean": 0.0, "deviation": LARGEST}
