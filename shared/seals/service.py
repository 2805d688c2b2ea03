"""Sealing: what a round did becomes entries of its log, in the order in which it is found.

It follows the commit: entries are made of what is committed, by whoever holds the log, one worker
at a time. What was left by one that died is sealed by the next.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from pilotzone_verify import notes
from pilotzone_verify.leaves import parameters_hash
from pilotzone_verify.trees import EMPTY, root
from shared.database import Database, Session
from shared.database.database import driver_of
from shared.frameworks.service import Library
from shared.runs import score_store as scores
from shared.runs.computing import computed
from shared.runs.service import Outcome
from shared.scoring.arrays import IntArray
from shared.scoring.framework import Framework
from shared.seals import aside_store, places, records
from shared.seals import store as seals
from shared.seals import unsealed_store as unsealed
from shared.seals.entries import Log, Parameters, around_moment, of_run
from shared.seals.places import Cohort, Places
from shared.seals.records import Group
from shared.seals.store import Head
from shared.seals.unsealed_store import Event, Run

AT_ONCE = 20
"""So many runs are sealed in one transaction."""

FEW = 100
"""Up to so many submissions are hashed by the database. More are hashed here, which is quicker
where they have much in common, as in a push: all but applicant, measure, number and id."""

ALIKE = 16
"""So many that have that in common are worth it."""

PAGE = 8_192
"""So many submissions are read at once. A power of two: their tree is a part of that of all."""

LEAF_LENGTH = len(EMPTY)
STATE = "round.transition"


@dataclass(frozen=True, slots=True)
class Memory:
    """The last run that was sealed, so that the next one needs only what changed.

    It holds while the log ends at the *head*. *parameters* are there where the run was remembered.
    """

    head: Head
    places: Places
    parameters: Parameters | None = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """What came of sealing: whether it sealed a change of state, and whether *more* may be left."""

    urgent: bool
    more: bool
    memory: Memory | None


async def seal(
    database: Database,
    library: Library,
    name: str,
    round_id: int,
    memory: Memory | None,
    made: Outcome | None = None,
    *,
    aside: bool = False,
) -> Sealed | None:
    """Append what the round's log lacks, as much as fits into a transaction; None: others do.

    *name* begins the origin of a log that begins. *made* is a run that the caller saw committed:
    its scores are not read. Only with *aside* is what was set aside looked for:
    `aside_store.rounds` tells which rounds have it.
    """
    if memory is not None and made is not None and not aside:
        sealed = await _seal_next(database, round_id, memory, made)
        if sealed is not None:
            return sealed
    async with database.session() as session:
        return await _seal(session, library, name, round_id, memory, made, aside=aside)


async def _seal_next(
    database: Database, round_id: int, memory: Memory, made: Outcome
) -> Sealed | None:
    """Seal the one run that *made* is and that *memory* comes before.

    None, and nothing is sealed, if more is to be, or if others seal.
    """
    head, cohort = memory.head, memory.places.standings.cohort
    few = len(made.taken) == made.run.submissions and not made.run.other_changes
    if not few or not cohort.is_of(made.scope.cohort, made.scope.kinds):
        return None  # other changes are events, too
    async with database.driver() as driver:
        reading = asyncio.create_task(unsealed.single(driver, round_id, head, made.taken))
        await asyncio.sleep(0)  # PostgreSQL works meanwhile
        try:
            ranking, parameters = await _followed(memory, made)
        finally:
            found = await reading
        if found is None or not found.run.is_of(made):
            return None
        said = of_run(found.run, _rooted(_cut(found.inputs)), ranking, parameters.digest)
        around = around_moment(head, "run", said)
        now = await seals.append_next(driver, round_id, head, "run", found.run.number, around)
    if now is None:
        return None
    return Sealed(urgent=False, more=False, memory=Memory(now, ranking, parameters))


async def _followed(memory: Memory, made: Outcome) -> tuple[Places, Parameters]:
    rescored = made.rescored
    differs = np.flatnonzero(rescored.differs)
    scores = rescored.scores.take(differs)
    many = len(made.scope.cohort) * scores.units.shape[1]
    ranking = await computed(len(differs), many, places.follow, memory.places, differs, scores)
    return ranking, Parameters.of(rescored.parameters, memory.parameters)


async def _seal(
    session: Session,
    library: Library,
    name: str,
    round_id: int,
    memory: Memory | None,
    made: Outcome | None,
    *,
    aside: bool,
) -> Sealed | None:
    if not await seals.try_hold(session, round_id):
        return None
    head = await seals.head(session, round_id)
    known = memory.places if memory and memory.head.leaf == head.leaf else None
    log = Log(head, name)
    if not head.size:
        await _begin(session, log, round_id)
    events = await unsealed.events(session, round_id, head)
    if events:
        await seals.note_sealed(
            session, round_id, head.epoch, log.head.size, [each.id for each in events]
        )
        log.add("events", events=_rooted([each.leaf for each in events]), last=events[-1].id)
    put_aside = await aside_store.unsealed(session, round_id, head) if aside else []
    if put_aside:
        log.add(
            "aside", submissions=_rooted([each.leaf for each in put_aside]), last=put_aside[-1].id
        )
    runs = await unsealed.runs(session, round_id, head.run, AT_ONCE)
    if runs:
        framework = await library.get(session, runs[0].framework_id)
        for run in runs:
            ours = made if made is not None and run.is_of(made) else None
            ranking = await _ranking(session, round_id, framework, head.secret, run, ours, known)
            ranked = asyncio.create_task(asyncio.to_thread(ranking))
            inputs = await _inputs(session, round_id, run, head.secret)
            known = await ranked
            hashed = parameters_hash(run.parameters)
            log.add("run", **of_run(run, inputs, known, hashed))
    if log.entries:
        driver = await driver_of(session)
        await seals.append(driver, round_id, head, log.entries, log.moments)
    memory = None if known is None else Memory(log.head, known)
    more = len(runs) == AT_ONCE or len(put_aside) == aside_store.AT_ONCE
    return Sealed(_urgent(events), more, memory)


async def _begin(session: Session, log: Log, round_id: int) -> None:
    about = await seals.about(session, round_id)
    note = await seals.last_checkpoint(session, round_id, log.head.epoch)
    continues: Mapping[str, Any] | None = None
    if note is not None:
        last = notes.read_checkpoint(notes.read_note(note).text)
        continues = {"origin": last.origin, "size": last.size, "root": last.root.hex()}
    log.begin(
        about.code,
        framework=about.framework,
        reference_date=about.reference_date,
        continues=continues,
    )


async def _ranking(
    session: Session,
    round_id: int,
    framework: Framework,
    key: bytes,
    run: Run,
    made: Outcome | None,
    before: Places | None,
) -> Callable[[], Places]:
    """Read what the ranking as of *run* follows from, and return what makes it.

    That is the ranking *before* it if the cohort is the same; and the run itself, if it is what the
    worker *made*.
    """
    width = len(framework.indicators)
    if before is not None:
        cohort = before.standings.cohort
        if made is not None and cohort.is_of(made.scope.cohort, made.scope.kinds):
            differs = np.flatnonzero(made.rescored.differs)
            return partial(places.follow, before, differs, made.rescored.scores.take(differs))
        found = await scores.written(session, round_id, run.number, width, run.scores_written)
        if found is not None and cohort.positions.keys() >= set(found[0]):
            changed = np.array([cohort.positions[code] for code in found[0]], np.int64)
            return partial(places.follow, before, changed, found[1])
    if made is not None and run.number == 1:  # before which nobody had a score
        who, whole = (made.scope.cohort, made.scope.kinds), made.rescored.scores
    else:
        who, whole = await unsealed.ranking(session, round_id, run.number, width)
    return lambda: places.begin(Cohort.of(*who, key, round_id), whole)


async def _inputs(session: Session, round_id: int, run: Run, key: bytes) -> dict[str, Any]:
    """Return what is sealed of the submissions that a *run* took in."""
    few = run.submissions <= FEW
    found = None if few else await _hashed_here(session, round_id, run, key)
    if found is not None:
        return found
    said = await unsealed.input_leaves(session, round_id, run.number, key)
    leaves = _cut(said)
    return _rooted(leaves) if few else await asyncio.to_thread(_rooted, leaves)


async def _hashed_here(
    session: Session, round_id: int, run: Run, key: bytes
) -> dict[str, Any] | None:
    """Return what is sealed of a run's submissions; None where the database is to hash them.

    That is where they have too little in common, or where somebody took one away.
    """
    ids = await unsealed.taken(session, round_id, run.number)
    roots, before = list[bytes](), _Page([], ids[:0])
    for at in range(0, len(ids), PAGE):  # one page is hashed while the next is read
        some = ids[at : at + PAGE]
        hashing = asyncio.create_task(asyncio.to_thread(before.roots))
        page = await unsealed.groups(session, round_id, some, key)
        hashed = await hashing
        if hashed is None or len(page) * ALIKE > len(some) or not records.are_plain(page):
            return None
        roots += hashed
        before = _Page(page, some)
    hashed = await asyncio.to_thread(before.roots)
    if hashed is None:
        return None
    roots += hashed
    return {"count": len(ids), "root": root(roots).hex()}


class _Page(NamedTuple):
    """Submissions with what they have in common."""

    groups: list[Group]
    taken: IntArray

    def roots(self) -> list[bytes] | None:
        """Return the root of their tree, no root of no submission; None where one is not there."""
        leaves = records.leaves_of(self.groups, self.taken)
        if len(leaves) < len(self.taken):
            return None
        return [root(leaves)] if leaves else []


def _cut(leaves: bytes) -> list[bytes]:
    """Return the leaves that lie one behind the other."""
    return [leaves[at : at + LEAF_LENGTH] for at in range(0, len(leaves), LEAF_LENGTH)]


def _rooted(leaves: list[bytes]) -> dict[str, Any]:
    return {"count": len(leaves), "root": root(leaves).hex()}


def _urgent(events: list[Event]) -> bool:
    return any(each.action == STATE for each in events)
