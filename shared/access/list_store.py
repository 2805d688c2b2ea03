"""Keys as administrators and operators know them: all but the secret."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Select, Text, and_, func, literal_column, not_, select
from sqlalchemy.dialects.postgresql import JSONB

from shared.access.tables import ApiKeyRow, ReporterRow
from shared.core.errors import NotFound
from shared.core.quota import Quota
from shared.database import Session


@dataclass(frozen=True, slots=True)
class Key:
    """A key by its number; what it reaches as for `Principal`.

    *in_force*: neither revoked nor expired. *last_used_at* may lag by some minutes.
    """

    number: int
    reporter: int
    name: str
    role: str
    applicants: list[str] | None
    measures: list[str] | None
    rounds: list[str] | None
    signing_key: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    quota_requests: int | None
    quota_rows: int | None
    in_force: bool

    @property
    def quota(self) -> Quota | None:
        """Return its own quota, None where it has none."""
        return quota_of(self.quota_requests, self.quota_rows)


def quota_of(requests: int | None, rows: int | None) -> Quota | None:
    """Return the quota of a key by its columns."""
    return None if requests is None and rows is None else Quota(requests, rows)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which keys a list has; None: whichever."""

    role: str | None = None
    name: str | None = None
    in_force: bool | None = None


SIGNING_KEY = literal_column("to_jsonb(api_key) ->> 'signing_key'", Text)
"""Null where there is no such column: before step 0014 no key signs."""

ROUNDS = literal_column("to_jsonb(api_key) -> 'rounds'", JSONB)
"""The same before step 0015."""

LAST_USED = literal_column(
    "CAST(to_jsonb(api_key) ->> 'last_used_at' AS timestamptz)", DateTime(timezone=True)
)

QUOTA = [
    literal_column(f"CAST(to_jsonb(api_key) ->> '{name}' AS bigint)", BigInteger)
    for name in ("quota_requests", "quota_rows")
]
"""The same before step 0017."""

IN_FORCE = and_(
    ApiKeyRow.revoked_at.is_(None),
    func.coalesce(ApiKeyRow.expires_at > func.now(), True),
)

QUERY = select(
    ApiKeyRow.id,
    ReporterRow.id,
    ReporterRow.name,
    ReporterRow.role,
    ApiKeyRow.applicants,
    ApiKeyRow.measures,
    ROUNDS,
    SIGNING_KEY,
    ApiKeyRow.created_at,
    ApiKeyRow.expires_at,
    ApiKeyRow.revoked_at,
    LAST_USED,
    *QUOTA,
    IN_FORCE,
).join(ReporterRow, ReporterRow.id == ApiKeyRow.reporter)


async def page(session: Session, wanted: Wanted, after: int, limit: int) -> list[Key]:
    """Return at most *limit* keys in order of number, from behind *after* on."""
    return await _keys(
        session, _those(wanted).where(ApiKeyRow.id > after).order_by(ApiKeyRow.id).limit(limit)
    )


async def in_force(session: Session) -> list[Key]:
    """Return every key that is neither revoked nor expired, by name and then by age."""
    return await _keys(
        session, _those(Wanted(in_force=True)).order_by(ReporterRow.name, ApiKeyRow.id)
    )


async def get(session: Session, number: int) -> Key:
    """Return the key of this number. Raises: NotFound."""
    found = await _keys(session, QUERY.where(ApiKeyRow.id == number))
    if not found:
        raise NotFound(f"there is no key {number}")
    return found[0]


def _those(wanted: Wanted) -> Select[Any]:
    query: Select[Any] = QUERY
    if wanted.role is not None:
        query = query.where(ReporterRow.role == wanted.role)
    if wanted.name is not None:
        query = query.where(ReporterRow.name == wanted.name)
    if wanted.in_force is not None:
        query = query.where(IN_FORCE if wanted.in_force else not_(IN_FORCE))
    return query


async def _keys(session: Session, query: Select[Any]) -> list[Key]:
    return [Key(*row) for row in await session.execute(query)]
