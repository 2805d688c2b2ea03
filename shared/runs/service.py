"""Recomputing a round: what changed goes in, what changed comes out."""

import time
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property

import numpy as np

from shared.changes import consumed_store as changes
from shared.changes.consumed_store import Consumed
from shared.database import Session
from shared.frameworks.service import Library
from shared.rounds import entry_store as entries
from shared.rounds import store as rounds
from shared.runs import input_store as inputs
from shared.runs import score_store as scores
from shared.runs import store as runs
from shared.runs.computing import beside, computed
from shared.runs.gathering import About, followed, gathered
from shared.runs.rescoring import Rescored, rescore, stale_positions
from shared.runs.statements import Kept, nothing
from shared.runs.store import Last, NewRun
from shared.scoring.arrays import IntArray


@dataclass(frozen=True)
class Scope:
    """Whom a run scores, and by which rules: a framework's id, and the reference date."""

    rules: tuple[int, date]
    cohort: list[str]
    kinds: list[str]

    @cached_property
    def places(self) -> dict[str, int]:
        """Where in the cohort each applicant is: of few who changed, nobody asks all others."""
        return {code: at for at, code in enumerate(self.cohort)}

    def positions(self, applicants: AbstractSet[str]) -> IntArray:
        """Return the ascending positions of those of *applicants* who are in the cohort."""
        found = (self.places.get(code) for code in applicants)
        return np.array(sorted(at for at in found if at is not None), np.int64)


@dataclass(frozen=True)
class Outcome:
    """A run, what it came to, and what that rests on: what the next would otherwise read.

    *taken* are the ids of the submissions that it took in, where they are few.
    """

    round_id: int
    run: NewRun
    scope: Scope
    rescored: Rescored
    kept: Kept
    taken: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        """The memory that it takes, all but some."""
        return self.rescored.nbytes + self.kept.nbytes

    def is_of(self, round_id: int, last: Last) -> bool:
        """Say whether this run is the *last* one of the round."""
        return (self.round_id, self.run.started_at) == (round_id, last.started_at)


async def recompute(
    session: Session,
    library: Library,
    round_id: int,
    worker: str,
    known: Outcome | None = None,
) -> Outcome | None:
    """Take in the round's changes and append the scores that differ; None if nothing had changed.

    The caller holds the right to run the round. All happens in its transaction: the changes leave
    the log when the scores appear, or neither. What lands after the log was emptied is in the log
    and not read: it causes one more run, and is never missed.

    *known* is the outcome of an earlier run, if the caller saw it committed: where no other came
    after it, neither the scores nor what stood is read again.
    """
    started_at, begin = datetime.now(UTC), time.perf_counter()
    last = await runs.last(session, round_id)
    if known is not None and not known.is_of(round_id, last):
        known = None
    number = last.number + 1
    consumed = await changes.consume(session, round_id)
    if consumed is None:
        return None
    scope = await _scope(session, round_id, consumed, known)
    rules, cohort, kinds = scope.rules, scope.cohort, scope.kinds
    framework = await library.get(session, rules[0])
    kept, before, ours = nothing(rules, len(cohort)), None, False
    if known is not None and known.scope.cohort == cohort:
        previous, ours = known.rescored.scores, True
        if known.kept.rules == rules:
            kept = known.kept
        if known.scope == scope:
            before = known.rescored
    else:
        width = len(framework.indicators)
        previous = await scores.latest(session, round_id, cohort, width, last.number)
    changed = scope.positions(consumed.applicants)
    stale = stale_positions(len(cohort), previous, changed, ours=ours)
    about = About(round_id, framework, rules[1])
    async with beside(inputs.append(session, round_id, number, consumed.said)) as noted:
        kept = await followed(about, scope.places, kept, consumed.said)
        kept = await gathered(session, about, cohort, kept, stale, noted)
        said = kept.statements.of(stale, len(cohort))
        read = time.perf_counter()
        numbers = len(cohort) * len(framework.indicators)
        rescored = await computed(
            len(stale), numbers, rescore, framework, kinds, previous, stale, said, before
        )
    scored = time.perf_counter()
    outside = sorted(consumed.applicants.difference(scope.places))
    left = await scores.leavers(session, round_id, outside, last.number) if outside else []
    written = rescored.scores.take(rescored.differs)
    await scores.append(session, round_id, number, cohort, written)
    if left:
        await scores.withdraw(session, round_id, number, left)
    run = NewRun(
        number=number,
        worker=worker,
        request_ids=consumed.request_ids,
        submissions=consumed.submissions,
        other_changes=consumed.others,
        cohort=len(cohort),
        scores_written=len(written) + len(left),
        read_ms=(read - begin) * 1e3,
        compute_ms=(scored - read) * 1e3,
        write_ms=0.0,
        started_at=started_at,
    )
    run = replace(run, write_ms=(time.perf_counter() - scored) * 1e3)
    until = consumed.until if last.keeps_marks else None
    await runs.add(session, round_id, run, until, rescored.parameters)
    return Outcome(round_id, run, scope, rescored, kept, consumed.ids)


async def _scope(
    session: Session, round_id: int, consumed: Consumed, known: Outcome | None
) -> Scope:
    """Return whom to score by which rules, as it was in the run before if that is *known*.

    Who comes or goes is in the change log, beside submissions; a round's rules stay as they are.
    """
    if known is not None and not consumed.others:
        return known.scope
    round_ = await rounds.by_id(session, round_id)
    cohort, kinds = await entries.cohort(session, round_id)
    return Scope((round_.framework, round_.reference_date), cohort, kinds)
