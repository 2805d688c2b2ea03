"""API keys and the reporters behind them. A key is known by its hash alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from shared.access.tables import ApiKeyRow, ReporterRow
from shared.core.principal import Principal, Role
from shared.database import Session


@dataclass(frozen=True, slots=True)
class Key:
    """A key as its operator knows it; *applicants* and *measures* as for `Principal`."""

    number: int
    name: str
    role: str
    created_at: datetime
    expires_at: datetime | None
    applicants: list[str] | None
    measures: list[str] | None


def _limit(codes: list[str] | None) -> frozenset[str] | None:
    return None if codes is None else frozenset(codes)


IN_FORCE = (
    ApiKeyRow.revoked_at.is_(None),
    func.coalesce(ApiKeyRow.expires_at > func.now(), True),
)


async def valid(session: Session, sha256: bytes) -> Principal | None:
    """Return who holds the key of this hash; None if it is unknown, expired or revoked."""
    query = (
        select(
            ReporterRow.id,
            ReporterRow.name,
            ReporterRow.role,
            ApiKeyRow.applicants,
            ApiKeyRow.measures,
        )
        .join(ReporterRow, ReporterRow.id == ApiKeyRow.reporter)
        .where(ApiKeyRow.sha256 == sha256, *IN_FORCE)
    )
    row = (await session.execute(query)).first()
    if row is None:
        return None
    reporter, name, role, applicants, measures = row
    return Principal(reporter, name, Role(role), _limit(applicants), _limit(measures))


async def in_force(session: Session) -> list[Key]:
    """Return every key that is neither revoked nor expired, by name and then by age."""
    query = (
        select(
            ApiKeyRow.id,
            ReporterRow.name,
            ReporterRow.role,
            ApiKeyRow.created_at,
            ApiKeyRow.expires_at,
            ApiKeyRow.applicants,
            ApiKeyRow.measures,
        )
        .join(ReporterRow, ReporterRow.id == ApiKeyRow.reporter)
        .where(*IN_FORCE)
        .order_by(ReporterRow.name, ApiKeyRow.id)
    )
    return [Key(*row) for row in await session.execute(query)]


async def reporter(session: Session, name: str, role: str) -> tuple[int, str]:
    """Return the id and role of the reporter of this name, registering it if it is new."""
    await session.execute(insert(ReporterRow).values(name=name, role=role).on_conflict_do_nothing())
    query = select(ReporterRow.id, ReporterRow.role).where(ReporterRow.name == name)
    identity, stored_role = (await session.execute(query)).one()
    return identity, stored_role


async def add(
    session: Session,
    reporter_id: int,
    sha256: bytes,
    applicants: Sequence[str] | None,
    measures: Sequence[str] | None,
    expires_at: datetime | None,
) -> int:
    """Store a new key of a reporter; return its number."""
    statement = (
        insert(ApiKeyRow)
        .values(
            reporter=reporter_id,
            sha256=sha256,
            applicants=None if applicants is None else list(applicants),
            measures=None if measures is None else list(measures),
            expires_at=expires_at,
        )
        .returning(ApiKeyRow.id)
    )
    return (await session.scalars(statement)).one()


async def revoke(
    session: Session, name: str | None = None, number: int | None = None
) -> dict[str, list[int]]:
    """Revoke the valid keys of the reporter of this name, or the one of this number.

    Returns the numbers of the keys that were valid, by reporter.
    """
    which = ReporterRow.name == name if number is None else ApiKeyRow.id == number
    statement = (
        update(ApiKeyRow)
        .where(ApiKeyRow.reporter == ReporterRow.id, which, ApiKeyRow.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .returning(ReporterRow.name, ApiKeyRow.id)
        .execution_options(synchronize_session=False)
    )
    revoked: dict[str, list[int]] = {}
    for whose, key in await session.execute(statement):
        revoked.setdefault(whose, []).append(key)
    return revoked
