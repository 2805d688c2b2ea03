"""rank: places within the cohort."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.rank import Ranks, lots, places, places_again, rank
from tests.fixtures.frameworks import examples
from tests.scoring import oracle


def ranked(
    *totals: int, cohort: list[int] | None = None, blocked: list[bool] | None = None
) -> Ranks:
    """Rank *totals*, in one cohort and with nobody barred unless said otherwise."""
    return rank(
        np.array(totals, dtype=np.int64),
        np.array(cohort or [0] * len(totals), dtype=np.int64),
        np.array(blocked or [False] * len(totals), dtype=np.bool_),
    )


def test_equal_totals_share_a_rank_and_the_next_is_skipped() -> None:
    places = ranked(70, 90, 80, 80)

    assert places.rank.tolist() == [4, 1, 2, 2]
    assert places.tied.tolist() == [1, 1, 2, 2]
    assert places.cohort_size.tolist() == [4, 4, 4, 4]


def test_the_percentile_counts_whoever_is_below_and_half_of_who_ties() -> None:
    assert ranked(10, 20, 20, 40, 50).percentile.tolist() == [0.0, 37.5, 37.5, 75.0, 100.0]


def test_the_index_runs_from_the_least_total_to_the_greatest() -> None:
    assert ranked(10, 20, 20, 40, 50).index.tolist() == [0.0, 25.0, 25.0, 75.0, 100.0]


def test_where_all_are_equal_the_index_is_full() -> None:
    places = ranked(7, 7, 7)

    assert places.rank.tolist() == [1, 1, 1]
    assert places.index.tolist() == [100.0, 100.0, 100.0]
    assert places.percentile.tolist() == [50.0, 50.0, 50.0]


@pytest.mark.parametrize("total", [0, 7])
def test_one_alone_is_at_the_top(total: int) -> None:
    places = ranked(total)

    assert (places.rank[0], places.tied[0], places.cohort_size[0]) == (1, 1, 1)
    assert (places.percentile[0], places.index[0]) == (100.0, 100.0)


def test_cohorts_are_ranked_apart() -> None:
    places = ranked(10, 20, 20, 40, cohort=[1, 0, 1, 0])

    assert places.rank.tolist() == [2, 2, 1, 1]
    assert places.cohort_size.tolist() == [2, 2, 2, 2]
    assert places.index.tolist() == [0.0, 0.0, 100.0, 100.0]


def test_who_is_barred_has_no_place_and_takes_nobody_elses() -> None:
    """A barred total neither holds a rank nor stretches the index."""
    places = ranked(10, 99, 20, 0, blocked=[False, True, False, True])

    assert places.rank.tolist() == [2, 0, 1, 0]
    assert places.tied.tolist() == [1, 0, 1, 0]
    assert places.cohort_size.tolist() == [4, 4, 4, 4]
    np.testing.assert_array_equal(places.percentile, [0.0, np.nan, 100.0, np.nan])
    np.testing.assert_array_equal(places.index, [0.0, np.nan, 100.0, np.nan])


def test_nobody_to_rank_is_no_error() -> None:
    assert ranked().rank.tolist() == []
    assert ranked(5, 6, blocked=[True, True]).rank.tolist() == [0, 0]


APPLICANTS = st.lists(
    st.tuples(st.integers(0, 8) | st.integers(0, 10**6), st.integers(0, 2), st.booleans()),
    max_size=60,
)


@given(APPLICANTS)
@examples(60)
def test_rank_agrees_with_the_second_opinion(rows: list[tuple[int, int, bool]]) -> None:
    """Ranks exactly, percentile and index to the last digit: they are one division each."""
    totals = [total for total, _, _ in rows]
    cohorts = [cohort for _, cohort, _ in rows]
    blocked = [barred for _, _, barred in rows]
    places = rank(
        np.array(totals, dtype=np.int64),
        np.array(cohorts, dtype=np.int64),
        np.array(blocked, dtype=np.bool_),
    )

    for at, place in enumerate(oracle.rank(totals, cohorts, blocked)):
        assert places.rank[at] == place.rank
        assert places.tied[at] == place.tied
        assert places.cohort_size[at] == place.cohort_size
        for given_number, number in (
            (places.percentile[at], place.percentile),
            (places.index[at], place.index),
        ):
            np.testing.assert_equal(given_number, np.nan if number is None else float(number))


@given(APPLICANTS, st.data())
@examples(60)
def test_places_that_are_mended_are_those_that_are_made_anew(
    rows: list[tuple[int, int, bool]], data: st.DataObject
) -> None:
    totals, cohorts = (np.array([row[at] for row in rows], dtype=np.int64) for at in (0, 1))
    blocked = np.array([row[2] for row in rows], dtype=np.bool_)
    number = st.integers(0, 8)
    changed = data.draw(
        st.dictionaries(st.integers(0, len(rows) - 1), number) if rows else st.just({})
    )
    before = places(totals, cohorts, blocked)
    mended = places_again(before, totals, cohorts, blocked, changed)
    for at, total in changed.items():
        totals[at] = total
    whole = rank(totals, cohorts, blocked)
    for found in mended, places(totals, cohorts, blocked):
        np.testing.assert_array_equal(found, (whole.rank, whole.tied))


CODES = [f"2102{number:02}" for number in range(50)]


def test_nobody_is_listed_first_among_equals_for_its_code() -> None:
    """Over many rounds each comes first about as often; here, in no two rounds the same does."""
    first = [CODES[int(lots(CODES, seed).argmin())] for seed in (1, 2)]

    assert first[0] != first[1]
    assert CODES[0] not in first


@given(st.permutations(CODES), st.integers(0, 50))
def test_a_lot_does_not_depend_on_who_else_draws(codes: list[str], size: int) -> None:
    drawn = dict(zip(CODES, lots(CODES, 7).tolist(), strict=True))

    assert lots(codes[:size], 7).tolist() == [drawn[code] for code in codes[:size]]
