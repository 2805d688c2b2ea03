"""What a proof names: the entry of a run, a submission's record, the run at an instant."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import TextClause, text

from shared.core.errors import Finding, Invalid, NotFound
from shared.database import Session
from shared.seals import aside_store, records
from shared.seals.store import require_logs, wait_until_settled


@dataclass(frozen=True, slots=True)
class RunEntry:
    """The entry that seals a run."""

    run: int
    position: int
    body: str


@dataclass(frozen=True, slots=True)
class Said:
    """A submission as it is hashed."""

    id: int
    applicant: str
    measure: str
    reporter: int
    record: str
    salt: bytes
    leaf: bytes
    recorded_at: datetime


async def entry(
    session: Session, round_id: int, epoch: int, size: int, run: int | None
) -> RunEntry:
    """Return the entry of *run*, or of the last run, in the log's first *size* entries.

    Raises: NotFound.
    """
    query = text("""
        SELECT run, position, body FROM log_entry
        WHERE round = :round AND epoch = :epoch AND position < :size AND run IS NOT NULL
            AND (CAST(:run AS bigint) IS NULL OR run = :run)
        ORDER BY run DESC LIMIT 1
    """)
    parameters = {"round": round_id, "epoch": epoch, "size": size, "run": run}
    row = (await session.execute(query, parameters)).first()
    if row is None:
        raise NotFound("no run is signed yet" if run is None else f"run {run} is not signed yet")
    return RunEntry(*row)


async def beginning(session: Session, round_id: int, epoch: int) -> str:
    """Return the first entry of a log that has one, as it is hashed."""
    query = text("""
        SELECT body FROM log_entry WHERE round = :round AND epoch = :epoch AND position = 0
    """)
    found: str = (await session.scalars(query, {"round": round_id, "epoch": epoch})).one()
    return found


async def last_run(session: Session, round_id: int, epoch: int | None = None) -> int:
    """Return the last run that is signed; where nothing is signed, the last that is sealed.

    In the log of *epoch*, by default the newest; 0: none is sealed. Raises: SchemaUnknown.
    """
    await require_logs(session)
    query = text("""
        SELECT coalesce(max(run) FILTER (WHERE position < signed.size), max(run), 0)
        FROM log_entry JOIN (
            SELECT era.number, (
                SELECT max(size) FROM log_checkpoint WHERE round = :round AND epoch = era.number
            ) AS size
            FROM (
                SELECT coalesce(CAST(:epoch AS bigint), max(number)) AS number FROM log_epoch
            ) AS era
        ) AS signed ON signed.number = epoch
        WHERE round = :round AND run IS NOT NULL
    """)
    found: int = (await session.scalars(query, {"round": round_id, "epoch": epoch})).one()
    return found


async def said(session: Session, round_id: int, submission: int, key: bytes) -> Said:
    """Return a submission, or one that was set aside, as it is hashed; *key* makes its salt.

    Raises: NotFound; SchemaUnknown, where it was set aside and that is not sealed yet.
    """
    where = {"round": round_id, "id": submission, "key": key}
    row = (await session.execute(_said("submission", records.SUBMISSION), where)).first()
    if row is None:
        row = (await session.execute(_said("submission_aside", records.ASIDE), where)).first()
        if row is None:
            raise NotFound(f"the round has no submission {submission}")
        await aside_store.require(session)
    return Said(*row)


def _said(table: str, record: str) -> TextClause:
    salt = records.salt_of(":key", "submission", ":round", "said.id")
    leaf = records.leaf_of(salt, record)
    return text(f"""
        SELECT said.id, said.applicant, said.measure, said.reporter, {record}, {salt}, {leaf},
            said.recorded_at
        FROM {table} AS said JOIN reporter AS who ON who.id = said.reporter
        WHERE said.round = :round AND said.id = :id
    """)  # noqa: S608 -- constants alone


async def run_at(session: Session, round_id: int, instant: datetime) -> int:
    """Return the last run that was sealed at an *instant* that has passed.

    The answer stays the same whatever is sealed later: who is sealing is waited for, and what it
    seals carries a moment after it began. After a restore, too: runs that are sealed once more were
    sealed in an earlier log before. Raises: Invalid, NotFound, SchemaUnknown.
    """
    await require_logs(session)
    await wait_until_settled(session, round_id)
    query = text("""
        SELECT max(run), :instant > clock_timestamp() FROM log_entry
        WHERE round = :round AND run IS NOT NULL AND sealed_at <= :instant
    """)
    parameters = {"round": round_id, "instant": instant}
    found, to_come = (await session.execute(query, parameters)).one()
    if to_come:
        message = "The instant is still to come."
        raise Invalid(message, (Finding("/query/as_of", "in-the-future", message),))
    if found is None:
        raise NotFound("no run was sealed at that instant")
    return int(found)
