"""What is yet to be sealed of a round: audit events, runs, what they took in and wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import text

from shared.audit.request_store import PASSING
from shared.database import Driver, Session
from shared.database.database import driver_of
from shared.runs import score_store as scores
from shared.runs.score_store import Versions
from shared.runs.service import Outcome
from shared.scoring.arrays import IntArray
from shared.seals import records
from shared.seals.records import Group
from shared.seals.store import Head


@dataclass(frozen=True, slots=True)
class Run:
    """What is sealed of a run besides its ranking and inputs; *framework* is its SHA-256."""

    number: int
    framework: str
    framework_id: int
    parameters: Any
    submissions: int
    other_changes: int
    scores_written: int
    started_at: datetime

    def is_of(self, outcome: Outcome) -> bool:
        """Say whether this is the run that came to *outcome*, and none of its number after it."""
        made = outcome.run
        return (made.number, made.started_at) == (self.number, self.started_at)


@dataclass(frozen=True, slots=True)
class Event:
    """An audit event to be sealed."""

    id: int
    action: str
    leaf: bytes


AMONG = 100_000
"""So many audit events before the last one that is sealed are looked through for late ones: a
transaction does not outlast that many others."""


def _events(round_id: str, epoch: str, columns: str) -> str:
    """Return SQL for the audit events of a round that are yet to be sealed; requests never are.

    They appear in another order than that of their ids, so each is looked for in the log.
    """
    sealed = f"FROM log_event WHERE round = {round_id} AND epoch = {epoch}"
    return f"""
        SELECT {columns} FROM audit_event AS event
        WHERE event.round = {round_id}
            AND event.action NOT IN {PASSING}
            AND event.id > coalesce((SELECT max(event) {sealed}), 0) - {AMONG}
            AND NOT EXISTS (SELECT {sealed} AND log_event.event = event.id)
    """  # noqa: S608 -- constants alone


ROUNDS = f"""
    WITH era AS (SELECT max(number) AS epoch FROM log_epoch)
    SELECT round.id, round.code FROM round CROSS JOIN era
    CROSS JOIN LATERAL (
        SELECT coalesce(max(run), 0) AS sealed FROM log_entry
        WHERE round = round.id AND epoch = era.epoch AND run IS NOT NULL
    ) AS log
    WHERE EXISTS (SELECT FROM run WHERE round = round.id AND number > log.sealed)
        OR EXISTS ({_events("round.id", "era.epoch", "1")})
"""  # noqa: S608 -- constants alone


async def rounds(driver: Driver) -> dict[int, str]:
    """Return id and code of the rounds of which a run or an audit event is yet to be sealed."""
    return {row[0]: row[1] for row in await driver.fetch(ROUNDS)}


SALT_OF_EVENT = records.salt_of("$3", "event", "$1", "event.id")
EVENTS = _events(
    "$1", "$2", f"event.id, event.action, {records.leaf_of(SALT_OF_EVENT, records.EVENT)}"
)


async def events(session: Session, round_id: int, head: Head) -> list[Event]:
    """Return the audit events that are yet to be sealed behind the *head*, by id."""
    query = f"{EVENTS} ORDER BY event.id LIMIT 10000"
    driver = await driver_of(session)
    return [Event(*row) for row in await driver.fetch(query, round_id, head.epoch, head.secret)]


def _runs(parameters: str, after: str, limit: str) -> str:
    return f"""
        SELECT run.number, framework.sha256, framework.id, {parameters} AS parameters,
            run.submissions, run.other_changes, run.scores_written, run.started_at
        FROM run JOIN run_parameters
            ON run_parameters.round = run.round AND run_parameters.run = run.number
        JOIN round ON round.id = run.round JOIN framework ON framework.id = round.framework
        WHERE run.round = $1 AND run.number > {after} ORDER BY run.number LIMIT {limit}
    """  # noqa: S608 -- constants alone


RUNS = _runs("run_parameters.parameters", "$2", "$3")


async def runs(session: Session, round_id: int, after: int, limit: int) -> list[Run]:
    """Return at most *limit* runs that follow run *after*, in their order."""
    driver = await driver_of(session)
    return [Run(*row) for row in await driver.fetch(RUNS, round_id, after, limit)]


LEAF = records.leaf_of(records.salt_of("$3", "submission", "$1", "said.id"), records.SUBMISSION)
LEAVES = f"coalesce(string_agg({LEAF}, '' ORDER BY said.id), '')"
INPUTS = f"""
    WITH taken AS MATERIALIZED (
        SELECT unnest(submissions) AS id FROM run_input WHERE round = $1 AND run = $2
    )
    SELECT {LEAVES}
    FROM (
        SELECT * FROM submission
        WHERE round = $1 AND id >= (SELECT min(id) FROM taken)
            AND id <= (SELECT max(id) FROM taken) AND (id IN (TABLE taken)) IS TRUE
        OFFSET 0
    ) AS said
    JOIN reporter AS who ON who.id = said.reporter
"""  # noqa: S608 -- constants alone


async def input_leaves(session: Session, round_id: int, run: int, key: bytes) -> bytes:
    """Return the leaves of the submissions that *run* took in, by id, one behind the other.

    They lie side by side by id, and are read there; one by one they would be looked up and sorted.
    """
    driver = await driver_of(session)
    leaves: bytes = await driver.fetchval(INPUTS, round_id, run, key)
    return leaves


TAKEN = "SELECT submissions FROM run_input WHERE round = $1 AND run = $2"


async def taken(session: Session, round_id: int, run: int) -> IntArray:
    """Return the ids of the submissions that *run* took in, each once, the least first."""
    found = await (await driver_of(session)).fetch(TAKEN, round_id, run)
    ids = np.fromiter(chain.from_iterable(row[0] for row in found), np.int64)
    ids.sort()
    return ids[np.diff(ids, prepend=0) > 0]


CLOSE = 2
"""At most so many ids for each that is wanted."""

ALIKE = """
    octet_length(said.applicant), octet_length(said.measure), said.number IS NULL,
    said.as_of, said.codes, said.comment, said.confirmed_by, said.kind, said.obs_status,
    said.recorded_at, said.reference, said.reported_at, said.reporter, who.name, said.request_id,
    said.revision, said.status
"""


def _groups(among: str) -> str:
    return f"""
        SELECT {records.TEMPLATE},
            string_agg(int8send(said.id), ''), string_agg(sha256($2 || int8send(said.id)), ''),
            string_agg(said.applicant, ''), string_agg(said.measure, ''),
            string_agg(float8send(said.number), '')
        FROM (
            SELECT * FROM submission WHERE round = $1 AND id >= $3 AND id <= $4 {among} OFFSET 0
        ) AS said
        JOIN reporter AS who ON who.id = said.reporter
        GROUP BY {ALIKE}
    """  # noqa: S608 -- constants alone


GROUPS = _groups("")
GROUPS_AMONG = _groups("AND (id IN (SELECT unnest($5::bigint[]))) IS TRUE")


async def groups(session: Session, round_id: int, ids: IntArray, key: bytes) -> list[Group]:
    """Return the submissions of these *ids*, the least first, by what they have in common.

    Where the ids lie close to each other those between them come along: that is quicker.
    """
    driver = await driver_of(session)
    first, last = ids[0].item(), ids[-1].item()
    where = round_id, records.salted_by(key, "submission", round_id), first, last
    if last - first < CLOSE * len(ids):
        found = await driver.fetch(GROUPS, *where)
    else:
        found = await driver.fetch(GROUPS_AMONG, *where, ids.tolist())
    return [Group(*row) for row in found]


async def ranking(
    session: Session, round_id: int, run: int, indicators: int
) -> tuple[tuple[list[str], list[str]], Versions]:
    """Return codes and kinds of who has a score as of *run*, by code, and these scores likewise."""
    query = text("SELECT applicant, kind FROM entry WHERE round = :round ORDER BY applicant")
    entries = [tuple(row) for row in await session.execute(query, {"round": round_id})]
    ever = [code for code, _ in entries]
    found = await scores.latest(session, round_id, ever, indicators, run)
    found = found.take(np.argsort(found.applicant))
    ranked = [entries[at] for at in found.applicant.tolist()]
    return ([code for code, _ in ranked], [kind for _, kind in ranked]), found


@dataclass(frozen=True, slots=True)
class Single:
    """The one *run* that is yet to be sealed, and the leaves of what it took in."""

    run: Run
    inputs: bytes


SINGLE = f"""
    SELECT run.*, inputs.leaves
    FROM ({_runs("NULL", "$2", "2")}) AS run
    CROSS JOIN (
        SELECT {LEAVES} AS leaves
        FROM submission AS said JOIN reporter AS who ON who.id = said.reporter
        WHERE said.round = $1 AND said.id = ANY ($5::bigint[])
    ) AS inputs
    WHERE NOT EXISTS ({_events("$1", "$4", "1")})
"""  # noqa: S608 -- constants alone


async def single(driver: Driver, round_id: int, head: Head, taken: Sequence[int]) -> Single | None:
    """Return the one run that is yet to be sealed behind the *head*; None if there is more.

    Its parameters are left out. *taken* are the ids of what it took in, if it is the expected one.
    """
    arguments = round_id, head.run, head.secret, head.epoch, taken
    found = await driver.fetch(SINGLE, *arguments)
    if len(found) != 1:
        return None
    *run, leaves = found[0]
    return Single(Run(*run), leaves)
