"""Whose raw values a run resolves anew."""

import numpy as np

from shared.runs.rescoring import stale_positions
from shared.runs.score_store import Versions


def scored(*values: float) -> Versions:
    """Give the last scores of applicants with one line each, of which only the value matters."""
    rows = len(values)
    ones = np.ones((rows, 1))
    return Versions(
        applicant=np.arange(rows),
        blocked=np.zeros(rows, np.bool_),
        totals=np.zeros(rows, np.int64),
        coverage=ones[:, 0],
        values=np.array(values)[:, np.newaxis],
        shares=ones,
        units=ones.astype(np.int64),
        flags=ones.astype(np.int32),
    )


def test_who_changed_and_who_has_no_score_yet_is_resolved_anew() -> None:
    stale = stale_positions(["A", "B", "C"], scored(1.0, np.nan), {"A"})

    assert stale.tolist() == [0, 2]


def test_a_value_that_was_not_rounded_yet_is_resolved_anew() -> None:
    """Beside the 81.7 of others it would be another one."""
    stale = stale_positions(["A", "B", "C"], scored(81.7, (81.6 + 81.8) / 2, 245.1), set())

    assert stale.tolist() == [1]
