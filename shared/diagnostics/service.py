"""How a round's indicators behave, and what deserves a look before its ranking is believed."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.core.errors import Finding
from shared.database import Session
from shared.diagnostics import model as diagnostics
from shared.diagnostics import store
from shared.diagnostics import warnings as round_warnings
from shared.diagnostics.model import CohortBehaviour, Coverage
from shared.frameworks.service import Library
from shared.rankings import store as standings
from shared.rounds import entry_store as entries
from shared.rounds import store as rounds
from shared.runs import score_store as scores
from shared.runs import store as runs
from shared.runs.score_store import Versions
from shared.scoring.framework import Framework
from shared.submissions.admission import REPORTERS


@dataclass(frozen=True, slots=True)
class Uncovered:
    """An applicant of whom little is known: *missing* are the indicators without a value."""

    applicant: str
    kind: str
    coverage: float
    missing: list[str]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A run's cohorts by kind of applicant; rows in them are positions in *applicants*.

    *coverage* is over all cohorts, and *lowest* who has the least of it.
    """

    applicants: Sequence[str]
    cohorts: dict[str, CohortBehaviour]
    coverage: Coverage
    lowest: list[Uncovered]


async def diagnose(session: Session, framework: Framework, round_id: int, run: int) -> Diagnosis:
    """Return how the indicators of the round behaved as of *run*; 0: nobody has a score."""
    standing = await standings.standing(session, round_id, run)
    scored = await scores.latest(
        session, round_id, standing.applicants, len(framework.indicators), run
    )
    return await asyncio.to_thread(
        _diagnosis, framework, standing.applicants, standing.kinds, scored
    )


def _diagnosis(
    framework: Framework, applicants: Sequence[str], kinds: Sequence[str], scored: Versions
) -> Diagnosis:
    scored = scored.take(np.argsort(scored.applicant))  # as applicants are: in order of code
    names, cohort = np.unique(np.array(kinds, dtype=np.str_), return_inverse=True)
    cohorts = diagnostics.cohorts(
        framework, scored.values, scored.shares, scored.totals, scored.blocked, cohort
    )
    coverage = diagnostics.coverage(scored.coverage)
    codes = np.array([each.code for each in framework.indicators])
    lowest = [
        Uncovered(
            applicant=applicants[at],
            kind=kinds[at],
            coverage=float(scored.coverage[at]),
            missing=codes[np.isnan(scored.values[at])].tolist(),
        )
        for at in coverage.lowest
    ]
    return Diagnosis(applicants, dict(zip(names.tolist(), cohorts, strict=True)), coverage, lowest)


async def warnings(
    session: Session, framework: Framework, round_id: int, diagnosis: Diagnosis
) -> list[Finding]:
    """Return what deserves a look: in who takes part, in what keys reach, in what was scored."""
    _, kinds = await entries.cohort(session, round_id)
    roles = {kind: role for role, kind in REPORTERS.items()}
    admitted = [
        (measure.code, roles[kind])
        for measure in framework.measures.values()
        for kind in measure.reported_by
    ]
    reached = await store.reached(session, round_id, admitted)
    return [
        *round_warnings.of_entries(framework, Counter(kinds)),
        *round_warnings.of_keys(framework, reached, len(kinds)),
        *round_warnings.of_scores(framework, diagnosis.cohorts),
    ]


async def warnings_of(session: Session, library: Library, code: str) -> list[Finding]:
    """Return what deserves a look in the round as it now is. Raises: NotFound."""
    round_ = await rounds.get(session, code)
    framework = await library.get(session, round_.framework)
    run, _ = await runs.latest(session, round_.id)
    diagnosis = await diagnose(session, framework, round_.id, run)
    return await warnings(session, framework, round_.id, diagnosis)
