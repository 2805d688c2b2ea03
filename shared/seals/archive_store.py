"""What an archive holds of a round up to one run, page by page, as lines of JSON."""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import text

from shared.database import Database, Session
from shared.seals import records
from shared.seals.checkpoint_store import SIGNED

PAGE = 2_000


async def entries(session: Session, round_id: int, epoch: int) -> list[str]:
    """Return all entries of a log, as they are hashed."""
    query = text("""
        SELECT body FROM log_entry WHERE round = :round AND epoch = :epoch ORDER BY position
    """)
    return list((await session.scalars(query, {"round": round_id, "epoch": epoch})).all())


async def checkpoints(session: Session, round_id: int, epoch: int) -> list[str]:
    """Return all checkpoints of a log, with what witnesses signed below them."""
    query = text(f"""
        SELECT whole FROM ({SIGNED} AND epoch = :epoch) AS signed ORDER BY size
    """)  # noqa: S608 -- constants alone
    return list((await session.scalars(query, {"round": round_id, "epoch": epoch})).all())


async def parameters(session: Session, round_id: int, run: int) -> list[tuple[int, str]]:
    """Return what each run up to *run* took from the cohorts, as the JSON that is stored."""
    query = text("""
        SELECT run, parameters::text FROM run_parameters
        WHERE round = :round AND run <= :run ORDER BY run
    """)
    return [
        (row[0], row[1]) for row in await session.execute(query, {"round": round_id, "run": run})
    ]


async def events(
    session: Session, round_id: int, epoch: int, key: bytes
) -> list[tuple[int, str, str]]:
    """Return the audit events that a log seals: the entry's position, record and salt."""
    salt = records.salt_of(":key", "event", ":round", "event.id")
    query = text(f"""
        SELECT log_event.position, {records.EVENT}, encode({salt}, 'hex')
        FROM log_event JOIN audit_event AS event ON event.id = log_event.event
        WHERE log_event.round = :round AND log_event.epoch = :epoch
        ORDER BY log_event.position, event.id
    """)  # noqa: S608 -- constants alone
    where: dict[str, Any] = {"round": round_id, "epoch": epoch, "key": key}
    return [(row[0], row[1], row[2]) for row in await session.execute(query, where)]


async def submissions(
    database: Database, round_id: int, run: int, key: bytes
) -> AsyncIterator[list[tuple[int, str, str]]]:
    """Yield pages of what the runs up to *run* took in: run, record and salt, by run and id.

    No connection is held from one page to the next.
    """
    salt = records.salt_of(":key", "submission", ":round", "said.id")
    query = text(f"""
        SELECT taken.run, {records.SUBMISSION}, encode({salt}, 'hex'), said.id
        FROM (
            SELECT run_input.run, item.id
            FROM run_input CROSS JOIN LATERAL unnest(run_input.submissions) AS item (id)
            WHERE run_input.round = :round AND run_input.run BETWEEN :run AND :until
                AND (run_input.run, item.id) > (:run, :id)
            ORDER BY run_input.run, item.id LIMIT {PAGE}
        ) AS taken
        JOIN submission AS said ON said.round = :round AND said.id = taken.id
        JOIN reporter AS who ON who.id = said.reporter
        ORDER BY taken.run, said.id
    """)  # noqa: S608 -- constants alone
    after = (0, 0)
    while True:
        where = {"round": round_id, "run": after[0], "id": after[1], "until": run, "key": key}
        async with database.reading() as session:
            rows = (await session.execute(query, where)).all()
        if not rows:
            return
        yield [(row[0], row[1], row[2]) for row in rows]
        after = rows[-1][0], rows[-1][3]
