"""Laws that hold for every framework and every cohort, whatever the numbers."""

from dataclasses import fields, replace
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.arrays import FloatArray, IntArray
from shared.scoring.flags import Flag
from shared.scoring.framework import Band, Direction, Missing, Normalisation
from shared.scoring.normalise import normalise
from shared.scoring.rank import Ranks, rank
from shared.scoring.score import Sheet, other_columns, score, score_again
from tests.fixtures import frameworks as make
from tests.fixtures.frameworks import examples

HIGHER, LOWER = Direction
RISING = (Band(None, 0.0), Band(5.0, 0.3), Band(10.0, 0.9, inclusive=False), Band(20.0, 1.0))
FALLING = tuple(replace(band, share=1.0 - band.share) for band in RISING)
RULES = [
    rule
    for direction, bands in ((HIGHER, RISING), (LOWER, FALLING))
    for rule in (
        Normalisation("target", direction, floor=2.0, target=17.0),
        Normalisation("target", direction, floor=0.5, target=20.0, step=0.3),
        Normalisation("steps", direction, bands=bands),
        Normalisation("best", direction),
        Normalisation("min_max", direction),
        Normalisation("min_max", direction, base=0.6),
        Normalisation("percent_rank", direction),
        Normalisation("z_score", direction, within=1.5),
    )
]
FRAMEWORK = make.framework(
    *(
        [
            make.indicator(f"I{at}", RULES[at], full=1_000 * at + 333, missing=missing)
            for at, missing in zip(range(start, start + 4), missings, strict=True)
        ]
        for start, missings in (
            (0, [Missing.ZERO] * 4),
            (4, [Missing.SKIP] * 4),
            (8, [Missing.SKIP, Missing.ZERO, Missing.BLOCK, Missing.SKIP]),
            (12, [Missing.ZERO, Missing.ZERO, Missing.SKIP, Missing.SKIP]),
        )
    )
)
WIDTH = len(RULES)
QUANTITY = st.integers(0, 25).map(float) | st.floats(0, 30) | st.sampled_from([0.0, 5e-324, 1e308])
VALUE = st.none() | QUANTITY


@st.composite
def tables(draw: st.DrawFn) -> FloatArray:
    """Draw the values of 1 to 30 applicants, each column out of a few so that there are ties."""
    chance = draw(st.randoms(use_true_random=False))
    rows = draw(st.integers(1, 30))
    pools = draw(st.lists(st.lists(VALUE, min_size=1, max_size=6), min_size=WIDTH, max_size=WIDTH))
    return np.array([make.column(*chance.choices(pool, k=rows)) for pool in pools]).T


def scored(values: FloatArray, cohort: IntArray | None = None) -> Sheet:
    """Score *values*, in one cohort unless said otherwise."""
    cohort = np.zeros(len(values), dtype=np.int64) if cohort is None else cohort
    return score(FRAMEWORK, values, np.zeros(values.shape, dtype=np.int32), cohort)


def ranked(sheet: Sheet, cohort: IntArray | None = None) -> Ranks:
    """Rank a *sheet*, in one cohort unless said otherwise."""
    cohort = np.zeros(len(sheet.totals), dtype=np.int64) if cohort is None else cohort
    return rank(sheet.totals, cohort, sheet.blocked)


def rows(result: Sheet | Ranks, at: IntArray | slice) -> dict[str, str]:
    """Give the applicants *at* these rows, every number as its last digit prints."""
    columns = {each.name: getattr(result, each.name) for each in fields(result)}
    return {
        name: repr(column[at].tolist()) for name, column in columns.items() if name != "parameters"
    }


@given(tables(), st.randoms(use_true_random=False))
@examples(40)
def test_the_order_of_applicants_never_matters(values: FloatArray, chance: Random) -> None:
    """Not even in the last digit of a mean, so that a run can be repeated from a dump."""
    order = np.array(chance.sample(range(len(values)), len(values)))

    sheet, shuffled = scored(values), scored(values[order])

    assert rows(shuffled, slice(None)) == rows(sheet, order)
    assert rows(ranked(shuffled), slice(None)) == rows(ranked(sheet), order)
    assert shuffled.parameters == sheet.parameters


EVIDENCE_OR_NONE = st.sampled_from([0, int(Flag.PARTIAL), int(Flag.CAPPED | Flag.DISCREPANCY)])


@given(tables(), st.data())
@examples(120)
def test_to_score_again_what_is_other_comes_to_the_same(
    values: FloatArray, data: st.DataObject
) -> None:
    """Whatever values are others, none or all, in one cohort or two, whatever flags they had."""
    count = len(values)
    cohort = np.array(data.draw(st.lists(st.integers(0, 1), min_size=count, max_size=count)))
    first, then = np.zeros((2, *values.shape), dtype=np.int32)
    first[:], then[:] = data.draw(EVIDENCE_OR_NONE), data.draw(EVIDENCE_OR_NONE)
    before = score(FRAMEWORK, values, first, cohort)
    as_it_was = rows(before, slice(None))
    after = values.copy()
    for at, column, value in data.draw(
        st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, WIDTH - 1), QUANTITY))
    ):
        if not np.isnan(after[at, column]):
            after[at, column] = value

    again = score_again(FRAMEWORK, before, after, then, cohort, other_columns(after, values))

    whole = score(FRAMEWORK, after, then, cohort)
    assert rows(again, slice(None)) == rows(whole, slice(None))
    assert again.parameters == whole.parameters
    assert [list(each) for each in again.parameters] == [list(each) for each in whole.parameters]
    assert rows(before, slice(None)) == as_it_was


@given(tables())
@examples(40)
def test_what_is_published_adds_up(values: FloatArray) -> None:
    sheet = scored(values)

    by_dimension = np.array(FRAMEWORK.dimension_of)
    for at in range(len(FRAMEWORK.dimensions)):
        lines = sheet.units[:, by_dimension == at]
        assert (lines.sum(axis=1) == sheet.dimensions[:, at]).all()
    assert (sheet.units.sum(axis=1) == sheet.totals).all()


@given(tables())
@examples(40)
def test_a_share_is_from_0_to_1_and_a_line_from_0_to_its_full_points(values: FloatArray) -> None:
    sheet = scored(values)

    assert (np.isnan(sheet.shares) == np.isnan(values)).all()
    known = sheet.shares[~np.isnan(values)]
    assert ((known >= 0.0) & (known <= 1.0)).all()
    assert ((sheet.units >= 0) & (sheet.units <= sheet.full + 0.5)).all()


@given(tables(), st.data())
@examples(80)
def test_more_is_never_worse_where_higher_is_better_nor_better_where_lower_is(
    values: FloatArray, data: st.DataObject
) -> None:
    """In one's own line, of quantities from 0 up; a z-score may waver in its last digits."""
    at = data.draw(st.integers(0, len(values) - 1))
    before = np.where(np.isnan(values[at]), 3.0, values[at])
    after = np.maximum(before, data.draw(QUANTITY))
    less, more = values.copy(), values.copy()
    less[at], more[at] = before, after

    gained = scored(more).shares[at] - scored(less).shares[at]

    turn = np.array([1 if rule.direction is HIGHER else -1 for rule in RULES])
    assert (gained * turn >= -1e-12).all()


@given(tables(), st.integers(0, 30))
@examples(40)
def test_who_reports_nothing_changes_nobody_else(values: FloatArray, place: int) -> None:
    """Missing is not a value: neither the worst of the cohort nor part of its mean."""
    place = min(place, len(values))
    joined = scored(np.insert(values, place, np.nan, axis=0))
    others = np.delete(np.arange(len(values) + 1), place)

    alone = scored(values)

    assert rows(joined, others) == rows(alone, slice(None))
    assert joined.parameters == alone.parameters


@given(tables(), st.randoms(use_true_random=False))
@examples(40)
def test_a_cohort_is_scored_as_if_it_were_alone(values: FloatArray, chance: Random) -> None:
    cohort = np.array([0, 1, 2, *chance.choices(range(3), k=len(values))])[: len(values)]

    together = scored(values, cohort)
    ranks = ranked(together, cohort)

    for number in range(cohort.max() + 1):
        members = np.flatnonzero(cohort == number)
        alone = scored(values[members])
        assert rows(together, members) == rows(alone, slice(None))
        assert rows(ranks, members) == rows(ranked(alone), slice(None))
        assert together.parameters[number] == alone.parameters[0]


@given(st.lists(st.integers(-5, 5), min_size=2, max_size=40))
@examples(60)
def test_reversing_the_direction_mirrors_the_ranks(values: list[int]) -> None:
    """To the last digit: from the top, the ranks are those of the negative values."""
    column = make.column(*values)[:, np.newaxis]
    cohort = np.zeros(len(values), dtype=np.int64)

    def shares(direction: Direction, values: FloatArray) -> FloatArray:
        rule = Normalisation("percent_rank", direction)
        return normalise(make.framework([make.indicator("A", rule)]), values, cohort).shares

    lower = shares(LOWER, column)
    np.testing.assert_array_equal(lower, shares(HIGHER, -column))
    np.testing.assert_allclose(lower + shares(HIGHER, column), 1.0, rtol=2.3e-16)
