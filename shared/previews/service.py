"""Previews: a file is judged as if it were pushed, and the round scored without it and with it."""

import asyncio
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from shared.batches import slice_store as slices
from shared.batches.admission import Outcome
from shared.batches.covering import coverage_of, left_out, whose_values_go
from shared.batches.outcome import Told, tell
from shared.batches.reading import File, Push, read
from shared.batches.rows import Row
from shared.batches.service import require_open, require_taken
from shared.batches.slices import Coverage, Slice
from shared.changes import store as changes
from shared.core.principal import Principal
from shared.database import Database, Driver, Session
from shared.database.database import driver_of
from shared.previews import store
from shared.previews.effect import Effect, effect
from shared.previews.store import Judged
from shared.rounds import entry_store as entries
from shared.rounds.store import RoundFacts
from shared.runs import evidence_store as evidence
from shared.runs import score_store as scores
from shared.runs import store as runs
from shared.runs.rescoring import rescore, stale_positions
from shared.runs.score_store import Versions
from shared.scoring.arrays import IntArray
from shared.scoring.framework import Framework
from shared.scoring.resolve import Evidence
from shared.submissions.recording import REFUSED
from shared.submissions.service import NOT_TAKEN
from shared.submissions.store import Mark, NewSubmission
from shared.submissions.supposing import NOTHING, supposed
from shared.visibility import view

COMPUTING = ThreadPoolExecutor(1, "preview")
"""Rounds are scored here, one at a time: threads that rankings and bodies wait for must not be
taken for so long."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of a file and of each row, and what would move.

    An item of *told* has no id unless it is `unchanged`, and says what `stands`: the value that its
    reporter says of that date as yet, None where that is nothing or the row was not admitted.
    *effect* is None for a reader who may not see the ranking. *coverage* is what would come of the
    slice, if the file declares one.
    """

    told: Told
    effect: Effect | None
    coverage: Coverage | None


@dataclass(frozen=True)
class Material:
    """What a round's scores rest on now, and what they would rest on: as `rescore` takes it."""

    applicants: list[str]
    kinds: list[str]
    previous: Versions
    stale: IntArray
    now: Evidence
    then: Evidence


class Previews:
    """Looks what files would do, at one of them at a time."""

    def __init__(self, database: Database) -> None:
        """Read through *database*."""
        self._database = database
        self._turn = asyncio.Lock()

    async def preview(
        self,
        round_: RoundFacts,
        framework: Framework,
        who: Principal,
        push: Push,
        reading: asyncio.Lock,
    ) -> Preview:
        """Say what `shared.batches.service.push` would do now; nothing is stored, no lock awaited.

        What waits for a run counts as taken in. The caller should hold no connection.
        Raises: what the push would.
        """
        async with reading:
            file = await asyncio.to_thread(read, framework, who, push)
        admitted = file.admitted
        async with self._turn:
            async with self._database.snapshot() as session:
                if not admitted:
                    await require_open(session, round_)
                judged = await judge(await driver_of(session), round_.id, admitted)
                await require_taken(session, round_, [each.receipt for each in judged])
                stored = push.lenient or _all_taken(file.outcomes, judged)
                told = await asyncio.to_thread(
                    _told, round_, framework, file, judged, stored=stored
                )
                added, coverage = _added(admitted, judged) if stored else [], None
                if file.slice is not None:
                    coverage, gone = await _covered(
                        session, round_, who, file.slice, file.rows, told
                    )
                    added += gone
                seen = await view(session, framework, round_, who, None)
                material = None
                if seen.places and added:
                    material = await _material(session, round_, framework, added)
            if material is None:
                return Preview(told, Effect() if seen.places else None, coverage)
            loop = asyncio.get_running_loop()
            moved = await loop.run_in_executor(COMPUTING, _effect, framework, material)
            return Preview(told, moved, coverage)


async def _covered(
    session: Session,
    round_: RoundFacts,
    who: Principal,
    slice_: Slice,
    rows: Sequence[Row],
    told: Told,
) -> tuple[Coverage, list[NewSubmission]]:
    """Return what would come of a slice, and what it would withdraw. Raises: SchemaUnknown."""
    await slices.require_kept(session)
    driver, gone = await driver_of(session), list[NewSubmission]()
    left = await left_out(driver, round_.id, slice_, who.applicants, rows, told)
    if whom := whose_values_go(told, left):
        gone = await slices.withdrawals(
            driver, round_.id, who.reporter, slice_, whom, request_id=""
        )
    return coverage_of(slice_, told, left, len(gone)), gone


async def judge(
    driver: Driver, round_id: int, submissions: Sequence[NewSubmission]
) -> list[Judged]:
    """Say in order what would become of each, marks that must stay as given blind included."""
    judged = await store.judged(driver, round_id, submissions)
    added = _added(submissions, judged)
    marks = {each.mark for each in added if each.keeps_blind}
    revised: AbstractSet[Mark] = marks
    if marks:
        later = await asyncio.to_thread(supposed, added)
        revised = await store.revised_after_sight(driver, round_id, marks, later)
    return [
        Judged(REFUSED, each.stands)
        if submission.keeps_blind and each.receipt.adds and submission.mark in revised
        else each
        for submission, each in zip(submissions, judged, strict=True)
    ]


def _added(submissions: Sequence[NewSubmission], judged: Sequence[Judged]) -> list[NewSubmission]:
    return [
        submission
        for submission, each in zip(submissions, judged, strict=True)
        if each.receipt.adds
    ]


def _all_taken(outcomes: Sequence[Outcome], judged: Sequence[Judged]) -> bool:
    """Say whether every row would stand, as a file that is taken as a whole must have it."""
    return len(judged) == len(outcomes) and not any(
        each.receipt.result in NOT_TAKEN for each in judged
    )


def _told(
    round_: RoundFacts,
    framework: Framework,
    file: File,
    judged: Sequence[Judged],
    *,
    stored: bool,
) -> Told:
    """Tell what the push would, and of each row what stands."""
    receipts = [each.receipt for each in judged]
    told = tell(file.rows, file.outcomes, receipts, round_.reference_date, stored=stored)
    following = iter(judged)
    for item, outcome in zip(told.items, file.outcomes, strict=True):
        item["stands"] = None
        if isinstance(outcome, NewSubmission):
            measure = framework.measures[outcome.measure]
            item["stands"] = next(following).stands.value(measure)
    return told


async def _material(
    session: Session, round_: RoundFacts, framework: Framework, added: Sequence[NewSubmission]
) -> Material:
    """Read what a run would that took in whatever waits, with and without what is *added*."""
    last, _ = await runs.latest(session, round_.id)
    cohort, kinds = await entries.cohort(session, round_.id)
    previous = await scores.latest(session, round_.id, cohort, len(framework.indicators), last)
    changed = await changes.waiting(session, round_.id)
    later = await asyncio.to_thread(supposed, added)
    told = changed.union(each.applicant for each in added)
    positions = np.array([at for at, code in enumerate(cohort) if code in told], np.int64)
    stale = stale_positions(len(cohort), previous, positions)
    now, then = [
        (
            await evidence.current(
                session,
                round_.id,
                framework,
                round_.reference_date,
                [cohort[at] for at in stale],
                everybody=len(stale) == len(cohort),
                supposed=rows,
            )
        ).evidence
        for rows in (NOTHING, later)
    ]
    return Material(cohort, kinds, previous, stale, now, then)


def _effect(framework: Framework, material: Material) -> Effect:
    before, after = (
        rescore(framework, material.kinds, material.previous, material.stale, said)
        for said in (material.now, material.then)
    )
    return effect(framework, material.applicants, material.kinds, before, after)
