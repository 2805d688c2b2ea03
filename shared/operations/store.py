"""Operations: work on a round that takes longer than a request, and who is doing it.

A worker does an operation over one connection that holds its advisory lock. The connection is the
claim: if it goes, so does the lock, and nothing can be written over it any more.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import BIGINT, JSON

from shared.core.errors import NotFound
from shared.core.principal import Actor
from shared.database import Database, Session
from shared.database.database import driver_of
from shared.database.locks import Lock, parts
from shared.events import store as events
from shared.operations.model import Operation
from shared.operations.tables import OperationRow

UNFINISHED = OperationRow.state.in_(("waiting", "running"))


COLUMNS = (
    OperationRow.round,
    OperationRow.id,
    OperationRow.kind,
    OperationRow.parameters,
    OperationRow.state,
    OperationRow.progress,
    OperationRow.attempts,
    OperationRow.error,
    OperationRow.requested_by,
    OperationRow.request_id,
    OperationRow.recorded_at,
    OperationRow.started_at,
    OperationRow.finished_at,
)


async def add(
    session: Session, actor: Actor, round_id: int, kind: str, parameters: dict[str, Any]
) -> int:
    """Record what was asked for, wake a worker on commit, and return the operation's id."""
    statement = insert(OperationRow).values(
        round=round_id,
        kind=kind,
        parameters=parameters,
        requested_by=actor.name,
        request_id=actor.request_id,
    )
    added: int = (await session.scalars(statement.returning(OperationRow.id))).one()
    await session.execute(text("SELECT pg_notify('operation', :round)"), {"round": str(round_id)})
    return added


async def unfinished(session: Session, round_id: int) -> int:
    """Count the round's operations that wait or run."""
    query = select(func.count()).where(OperationRow.round == round_id, UNFINISHED)
    return (await session.scalars(query)).one()


async def get(session: Session, round_id: int, operation: int) -> Operation:
    """Return the round's operation of this id. Raises: NotFound."""
    query = select(*COLUMNS).where(OperationRow.round == round_id, OperationRow.id == operation)
    row = (await session.execute(query)).first()
    if row is None:
        raise NotFound(f"the round has no operation {operation}")
    return Operation(*row)


async def page(session: Session, round_id: int, before: int | None, limit: int) -> list[Operation]:
    """Return at most *limit* operations, newest first, those below *before*."""
    query = (
        select(*COLUMNS)
        .where(OperationRow.round == round_id)
        .order_by(OperationRow.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(OperationRow.id < before)
    return [Operation(*row) for row in await session.execute(query)]


async def summary(session: Session, round_id: int, operation: int) -> dict[str, Any] | None:
    """Return the result but for its items; None as long as there is none."""
    query = text("""
        SELECT result -> 'summary' AS summary FROM operation
        WHERE round = :round AND id = :id AND state = 'done'
    """).columns(summary=JSON)
    found: dict[str, Any] | None = await session.scalar(query, {"round": round_id, "id": operation})
    return found


async def items(
    session: Session, round_id: int, operation: int, after: int, limit: int
) -> list[tuple[int, dict[str, Any]]]:
    """Return at most *limit* of the result's items with their positions, from 1, behind *after*."""
    query = text("""
        SELECT item.position, item.value AS item FROM operation
        CROSS JOIN LATERAL json_array_elements(operation.result -> 'items')
            WITH ORDINALITY AS item (value, position)
        WHERE operation.round = :round AND operation.id = :id AND operation.state = 'done'
            AND item.position > :after
        ORDER BY item.position LIMIT :limit
    """).columns(position=BIGINT, item=JSON)
    parameters = {"round": round_id, "id": operation, "after": after, "limit": limit}
    return [(at, item) for at, item in await session.execute(query, parameters)]


async def newest_done(session: Session, round_id: int, kind: str) -> Operation | None:
    """Return the round's operation of this *kind* that has a result, if there is one.

    Of several it is that of the latest run, and of these the newest.
    """
    query = (
        select(*COLUMNS)
        .where(
            OperationRow.round == round_id,
            OperationRow.kind == kind,
            OperationRow.state == "done",
        )
        .order_by(OperationRow.parameters["run"].as_integer().desc(), OperationRow.id.desc())
        .limit(1)
    )
    row = (await session.execute(query)).first()
    return None if row is None else Operation(*row)


async def items_of(
    session: Session, round_id: int, operation: int, applicants: Sequence[str]
) -> list[dict[str, Any]]:
    """Return those of the result's items that are of *applicants*, in their order."""
    query = text("""
        SELECT item.value AS item FROM operation
        CROSS JOIN LATERAL json_array_elements(operation.result -> 'items')
            WITH ORDINALITY AS item (value, position)
        WHERE operation.round = :round AND operation.id = :id AND operation.state = 'done'
            AND item.value ->> 'applicant' = ANY (CAST(:applicants AS text[]))
        ORDER BY item.position
    """).columns(item=JSON)
    parameters = {"round": round_id, "id": operation, "applicants": list(applicants)}
    return list(await session.scalars(query, parameters))


async def cancel(session: Session, round_id: int, operation: int) -> bool:
    """End an operation that waits or runs; False if it had ended."""
    statement = (
        update(OperationRow)
        .where(OperationRow.round == round_id, OperationRow.id == operation, UNFINISHED)
        .values(state="cancelled", finished_at=func.now())
        .returning(OperationRow.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).first() is not None


@dataclass(frozen=True)
class Claim:
    """The right to do *operation* of the round of the code *round*.

    Every statement over *session* is a transaction of its own.
    """

    session: Session
    round: str
    operation: Operation

    async def note(self, progress: float) -> bool:
        """Show how much is done; False if the operation was cancelled."""
        return await self._change("progress = :progress", progress=progress)

    async def finish(self, result: str) -> bool:
        """Record the result, a JSON text, with the state; False if it was cancelled meanwhile."""
        values = "progress = 1, finished_at = now(), result = CAST(:result AS json)"
        return await self._end("done", values, result=result)

    async def fail(self, error: str) -> bool:
        """Give it up for good."""
        return await self._end("failed", "finished_at = now(), error = :error", error=error)

    async def give_back(self) -> bool:
        """Leave it to another worker, as if it had not been begun."""
        return await self._change(
            "state = 'waiting', progress = 0, started_at = NULL, attempts = attempts - 1"
        )

    async def _end(self, state: str, values: str, **parameters: Any) -> bool:
        """Bring it into its last state and tell who listens, both or neither."""
        driver = await driver_of(self.session)
        async with driver.transaction():
            ended = await self._change(f"state = '{state}', {values}", **parameters)
            if ended:
                about = self.operation
                said = {"operation": about.id, "kind": about.kind, "state": state}
                await events.append(self.session, about.round_id, "operation", said)
        return ended

    async def _change(self, values: str, **parameters: Any) -> bool:
        statement = text(f"""
            UPDATE operation SET {values}
            WHERE round = :round AND id = :id AND state = 'running' RETURNING id
        """)  # noqa: S608 -- the values are ours, above
        key = {"round": self.operation.round_id, "id": self.operation.id}
        return (await self.session.execute(statement, key | parameters)).first() is not None


@asynccontextmanager
async def claim(database: Database, kinds: Collection[str]) -> AsyncIterator[Claim | None]:
    """Claim the oldest unfinished operation of these *kinds* that nobody does, until the end.

    None: there is none. It runs from then on, for one more attempt. One that was `running` was left
    by a worker that died. After an error the connection is given up, and with it the claim.
    Operations of other kinds are left as they are, and those behind them need not wait.
    """
    async with database.reading() as session:
        try:
            claimed = await _first(session, kinds)
            yield claimed
            if claimed is not None:
                await _let_go(session, claimed.operation.id)
        except BaseException:
            await session.invalidate()
            raise


async def _first(session: Session, kinds: Collection[str]) -> Claim | None:
    query = text("""
        SELECT open.round, round.code, open.id FROM round
        CROSS JOIN LATERAL (
            SELECT operation.round, operation.id FROM operation
            WHERE operation.round = round.id AND state IN ('waiting', 'running')
                AND operation.kind = ANY (:kinds)
        ) AS open
        ORDER BY open.id
    """)
    for round_id, code, operation in (await session.execute(query, {"kinds": list(kinds)})).all():
        if not await _try_hold(session, operation):
            continue
        begin = text("""
            UPDATE operation SET state = 'running', progress = 0, attempts = attempts + 1,
                started_at = now()
            WHERE round = :round AND id = :id AND state IN ('waiting', 'running') RETURNING id
        """)
        if (await session.execute(begin, {"round": round_id, "id": operation})).first():
            return Claim(session, code, await get(session, round_id, operation))
        await _let_go(session, operation)  # it ended between the two looks
    return None


async def _try_hold(session: Session, operation: int) -> bool:
    held: bool = (
        await session.scalars(
            text("SELECT pg_try_advisory_lock(:lock, :key)"), parts(Lock.OPERATION, operation)
        )
    ).one()
    return held


async def _let_go(session: Session, operation: int) -> None:
    await session.execute(
        text("SELECT pg_advisory_unlock(:lock, :key)"), parts(Lock.OPERATION, operation)
    )
