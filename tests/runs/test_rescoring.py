"""Whose raw values a run resolves anew, and which scores differ from before."""

from dataclasses import fields
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.runs.rescoring import Rescored, rescore, stale_positions
from shared.runs.score_store import Versions
from shared.scoring.framework import Missing, Normalisation
from tests.fixtures import frameworks as make
from tests.fixtures.frameworks import Report, examples


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
    stale = stale_positions(3, scored(1.0, np.nan), np.array([0]))

    assert stale.tolist() == [0, 2]


def test_a_value_that_was_not_rounded_yet_is_resolved_anew() -> None:
    """Beside the 81.7 of others it would be another one."""
    nobody = np.zeros(0, np.int64)

    stale = stale_positions(3, scored(81.7, (81.6 + 81.8) / 2, 245.1), nobody)

    assert stale.tolist() == [1]


FRAMEWORK = make.framework(
    [
        make.indicator("best", Normalisation("best")),
        make.indicator("places", Normalisation("percent_rank"), missing=Missing.SKIP),
        make.indicator("range", Normalisation("min_max"), missing=Missing.BLOCK),
    ]
)
KINDS = ["county", "park", "county", "county", "park"]
REPORTS = st.dictionaries(
    st.tuples(st.integers(0, len(KINDS) - 1), st.sampled_from(list(FRAMEWORK.measure_codes))),
    st.integers(0, 4).map(float),
    max_size=8,
)


def run(
    said: dict[tuple[int, str], float],
    stale: set[int],
    previous: Versions,
    before: Rescored | None = None,
) -> Rescored:
    """Score anew who is *stale*, from what was *said* of each."""
    rows = np.array(sorted(stale), np.int64)
    reports = [
        Report(int(np.searchsorted(rows, at)), measure, value)
        for (at, measure), value in said.items()
        if at in stale
    ]
    evidence = make.evidence(FRAMEWORK, make.reports(*reports))
    return rescore(FRAMEWORK, KINDS, previous, rows, evidence, before)


def scored_nothing() -> Versions:
    """Give the scores of nobody, in the framework's width."""
    return Versions(
        **{
            name: np.repeat(column, 3, axis=1)[:0] if column.ndim > 1 else column[:0]
            for name, column in vars(scored(1.0)).items()
        }
    )


def printed(result: Any) -> dict[str, str]:
    """Give every column, each number as its last digit prints."""
    return {
        each.name: repr(np.asarray(getattr(result, each.name)).tolist()) for each in fields(result)
    }


@given(st.lists(REPORTS, min_size=2, max_size=5))
@examples(100)
def test_a_run_that_goes_on_from_another_comes_to_what_a_whole_one_does(
    pushes: list[dict[tuple[int, str], float]],
) -> None:
    """Values are added and corrected; of whom nothing is said nothing is computed."""
    everybody, said = set(range(len(KINDS))), dict(pushes[0])
    known = run(said, everybody, scored_nothing())
    for push in pushes[1:]:
        said |= push
        goes_on = run(said, {at for at, _ in push}, known.scores, known)
        whole = run(said, everybody, known.scores)

        assert printed(goes_on.sheet) == printed(whole.sheet)
        assert printed(goes_on.scores) == printed(whole.scores)
        assert goes_on.differs.tolist() == whole.differs.tolist()
        assert goes_on.parameters == whole.parameters
        known = goes_on
