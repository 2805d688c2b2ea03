"""Which rows a session sees, where it is limited to some: PostgreSQL leaves out the others.

Step 0019 of the schema has the policies, which read settings of the session. They stay as long as
the connection does, so that statements in autocommit have them too, and are taken back before
anybody else is lent it.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import AdaptedConnection, Connection, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session as SyncSession
from sqlalchemy.pool import ConnectionPoolEntry, PoolResetState

NAMES = ("applicants", "measures", "rounds", "reporters")
LIMIT = """
    SELECT set_config('pilotzone.applicants', coalesce($1::text[]::text, ''), false),
        set_config('pilotzone.measures', coalesce($2::text[]::text, ''), false),
        set_config('pilotzone.rounds', CASE WHEN $3::text[] IS NULL THEN ''
            ELSE ARRAY(SELECT id FROM round WHERE code = ANY ($3))::text END, false),
        set_config('pilotzone.reporters', coalesce($4::bigint[]::text, ''), false)
"""
RESET = "; ".join(f"RESET pilotzone.{name}" for name in NAMES)

LIMITED = "limited to some rows"
"""What is noted of a connection from before it is limited until it is limited no more."""


@dataclass(frozen=True, slots=True)
class RowReach:
    """Codes of what a session is limited to; None is no limit.

    Submissions are limited by applicant, measure and round, receipts of batches by round and by the
    id of the reporter whose they are.
    """

    applicants: AbstractSet[str] | None = None
    measures: AbstractSet[str] | None = None
    rounds: AbstractSet[str] | None = None
    reporter: int | None = None

    def of_every_measure(self) -> "RowReach":
        """Return the reach without its limit on measures."""
        return replace(self, measures=None)

    def limit(self, session: AsyncSession) -> None:
        """Have *session* limited whenever it takes a connection, before its first statement."""

        def taken(_: SyncSession, __: Any, connection: Connection) -> None:
            pooled = connection.connection
            pooled.info[LIMITED] = True
            adapted: Any = pooled.dbapi_connection
            adapted.run_async(lambda driver: driver.fetchrow(LIMIT, *self._written()))

        event.listen(session.sync_session, "after_begin", taken)

    def _written(self) -> list[list[str] | list[int] | None]:
        codes = (self.applicants, self.measures, self.rounds)
        reporters = None if self.reporter is None else [self.reporter]
        return [*(None if each is None else sorted(each) for each in codes), reporters]


def unlimited_again(
    connection: AdaptedConnection, record: ConnectionPoolEntry, state: PoolResetState
) -> None:
    """Take the limits back from a connection that is given back; if that fails, it is given up.

    So it is with a transaction still under way, whose rollback would bring them back.
    """
    if LIMITED not in record.info or state.terminate_only:
        return
    driver: Any = connection.driver_connection
    if not driver.is_in_transaction():
        connection.run_async(lambda lent: lent.execute(RESET))
        del record.info[LIMITED]


def require_unlimited(_: AdaptedConnection, record: ConnectionPoolEntry, *__: object) -> None:
    """Have the pool replace a connection from which its limits were not taken back."""
    if LIMITED in record.info:
        raise DisconnectionError
