"""What differs between two scorings of the same round: the largest differences, and how many."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from shared.previews.effect import MOST_LISTED, OfCohort, OfRank, OfTotal, effect
from shared.runs.rescoring import Rescored
from shared.runs.score_store import Versions
from tests.fixtures import frameworks
from tests.fixtures.rescorings import rescored

FRAMEWORK = frameworks.framework([frameworks.indicator("I")])


def scored(
    totals: Sequence[int], barred: Sequence[int] = (), parameters: dict[str, Any] | None = None
) -> Rescored:
    """Return scores of which only totals, who is barred and what was taken from cohorts matter."""
    rows = len(totals)
    blocked = np.zeros(rows, np.bool_)
    blocked[list(barred)] = True
    nothing = np.zeros((rows, 1))
    versions = Versions(
        applicant=np.arange(rows),
        blocked=blocked,
        totals=np.array(totals, np.int64),
        coverage=nothing[:, 0],
        values=nothing,
        shares=nothing,
        units=nothing.astype(np.int64),
        flags=nothing.astype(np.int32),
    )
    return rescored(versions, parameters)


def test_the_largest_differences_come_first_and_what_stays_is_left_out() -> None:
    found = effect(
        FRAMEWORK, ["A", "B", "C", "D"], ["county"] * 4, scored([9, 7, 5, 3]), scored([9, 1, 6, 8])
    )

    assert found.totals == [OfTotal("B", 7, 1), OfTotal("D", 3, 8), OfTotal("C", 5, 6)]
    assert found.ranks == [OfRank("B", "county", 2, 4), OfRank("D", "county", 4, 2)]
    assert (found.totals_changed, found.ranks_changed) == (3, 2)


def test_who_is_barred_has_no_rank_and_moves_farthest() -> None:
    found = effect(
        FRAMEWORK, ["A", "B", "C"], ["county"] * 3, scored([9, 7, 5]), scored([9, 7, 5], [1])
    )

    assert found.ranks == [OfRank("B", "county", 2, None), OfRank("C", "county", 3, 2)]
    assert found.totals == []


def test_each_kind_is_ranked_by_itself() -> None:
    found = effect(FRAMEWORK, ["A", "B"], ["county", "park"], scored([9, 7]), scored([9, 10]))

    assert found.ranks == []


def test_the_ends_of_a_cohort_are_told_where_they_differ() -> None:
    before = scored([1], parameters={"I": {"n": 2, "best": 9.0, "worst": 1.0}})
    after = scored([1], parameters={"I": {"n": 3, "best": 12.0, "worst": 1.0}})
    nobody = scored([1], parameters={"I": {"n": 0}})

    assert effect(FRAMEWORK, ["A"], ["county"], before, after).cohorts == [
        OfCohort("I", "county", "best", 9, 12)
    ]
    assert effect(FRAMEWORK, ["A"], ["county"], nobody, before).cohorts == [
        OfCohort("I", "county", "best", None, 9),
        OfCohort("I", "county", "worst", None, 1),
    ]


def test_so_many_are_listed_and_all_are_counted() -> None:
    rows = MOST_LISTED + 5
    codes = [f"A{at:05}" for at in range(rows)]

    found = effect(
        FRAMEWORK, codes, ["county"] * rows, scored([0] * rows), scored(list(range(1, rows + 1)))
    )

    assert found.totals_changed == rows
    assert found.totals[0] == OfTotal(codes[-1], 0, rows)
    assert len(found.totals) == MOST_LISTED
    assert found.ranks_changed == rows - 1


def test_a_round_without_anybody_has_nothing_that_differs() -> None:
    empty = scored([])

    assert effect(FRAMEWORK, [], [], empty, empty).totals_changed == 0
