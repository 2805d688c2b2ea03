"""How a round's indicators behave, and what deserves a look before its ranking is believed."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from cachetools import LRUCache

from shared.core.errors import Finding, Unavailable
from shared.core.flights import Flights
from shared.database import Database, Session
from shared.diagnostics import model as diagnostics
from shared.diagnostics import store
from shared.diagnostics import warnings as round_warnings
from shared.diagnostics.model import CohortBehaviour, Coverage
from shared.frameworks.service import Library
from shared.rankings import store as standings
from shared.rankings.store import AsOf
from shared.rounds import entry_store as entries
from shared.rounds import store as rounds
from shared.runs import score_store as scores
from shared.runs import store as runs
from shared.runs.score_store import Versions
from shared.scoring.framework import Framework
from shared.submissions.admission import REPORTERS

COMPUTING = ThreadPoolExecutor(1, "diagnosis")
"""Rounds are diagnosed here, one at a time: a framework of thousands of indicators takes seconds,
and threads that rankings and bodies wait for must not be taken for so long."""

MOST_UNDER_WAY = 4
"""So many diagnoses are computed or wait for that; who asks for another is told to come again."""

DIAGNOSES_KEPT = 8


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

    *coverage* is over all cohorts, and *lowest* who has the least of it. *findings* are what
    deserves a look in what was scored.
    """

    applicants: Sequence[str]
    cohorts: dict[str, CohortBehaviour]
    coverage: Coverage
    lowest: list[Uncovered]
    findings: list[Finding]


class Diagnoses:
    """The diagnoses that this process made of late: each made once, and kept."""

    def __init__(self, database: Database) -> None:
        """Read through *database*."""
        self._database = database
        self._flights = Flights[Diagnosis]()
        self._known: LRUCache[tuple[int, AsOf], Diagnosis] = LRUCache(DIAGNOSES_KEPT)
        self._turn = asyncio.Lock()
        self._under_way = 0

    async def as_of(self, framework: Framework, round_id: int, as_of: AsOf) -> Diagnosis:
        """Return how the indicators of the round behaved as of a run; 0: nobody has a score.

        Takes a connection of its own where it is not known: the caller should hold none.
        Raises: Unavailable.
        """
        known = self._known.get((round_id, as_of))
        if known is not None:
            return known
        return await self._flights.share(
            (round_id, as_of), lambda: self._work_out(framework, round_id, as_of)
        )

    async def _work_out(self, framework: Framework, round_id: int, as_of: AsOf) -> Diagnosis:
        if self._under_way >= MOST_UNDER_WAY:
            raise Unavailable("as many rounds are being diagnosed as can be: ask again")
        self._under_way += 1
        try:
            async with self._turn:  # before anything is read: what waits takes no memory
                found = await self._diagnose(framework, round_id, as_of.run)
        finally:
            self._under_way -= 1
        self._known[round_id, as_of] = found
        return found

    async def _diagnose(self, framework: Framework, round_id: int, run: int) -> Diagnosis:
        async with self._database.session() as session:
            standing = await standings.standing(session, round_id, run)
            scored = await scores.latest(
                session, round_id, standing.applicants, len(framework.indicators), run
            )
        return await asyncio.get_running_loop().run_in_executor(
            COMPUTING, _diagnosis, framework, standing.applicants, standing.kinds, scored
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
    by_kind = dict(zip(names.tolist(), cohorts, strict=True))
    findings = list(round_warnings.of_scores(framework, by_kind))
    return Diagnosis(applicants, by_kind, coverage, lowest, findings)


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
        *diagnosis.findings,
    ]


async def warnings_of(
    database: Database, library: Library, diagnoses: Diagnoses, code: str
) -> list[Finding]:
    """Return what deserves a look in the round as it now is.

    Takes connections of its own: the caller should hold none. Raises: NotFound.
    """
    async with database.reading() as session:
        round_ = await rounds.get(session, code)
        framework = await library.get(session, round_.framework)
        as_of = AsOf(*await runs.latest(session, round_.id))
    try:
        diagnosis = await diagnoses.as_of(framework, round_.id, as_of)
    except Unavailable:
        return [round_warnings.not_diagnosed()]
    async with database.reading() as session:
        return await warnings(session, framework, round_.id, diagnosis)
