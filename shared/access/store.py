"""API keys and the reporters behind them. A key is known by its hash alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import ProgrammingError

from shared.access.tables import ApiKeyRow, ReporterRow
from shared.core.principal import Principal, Role, SigningKey
from shared.database import Driver, SchemaUnknown, Session


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
    signing_key: str | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a key is made for: what it reaches, as for `Principal`, when it ends, by what it signs.

    None is no limit, no end, and no need to sign.
    """

    applicants: Sequence[str] | None = None
    measures: Sequence[str] | None = None
    expires_at: datetime | None = None
    signing_key: str | None = None


SIGNING_KEY = literal_column("to_jsonb(api_key) ->> 'signing_key'", Text)
"""Null where there is no such column: before step 0014 no key signs."""


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
            ApiKeyRow.id,
            SIGNING_KEY,
        )
        .join(ReporterRow, ReporterRow.id == ApiKeyRow.reporter)
        .where(ApiKeyRow.sha256 == sha256, *IN_FORCE)
    )
    row = (await session.execute(query)).first()
    if row is None:
        return None
    reporter, name, role, applicants, measures, number, public = row
    signing = None if public is None else SigningKey(number, public)
    return Principal(reporter, name, Role(role), _limit(applicants), _limit(measures), signing)


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
            SIGNING_KEY,
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


async def add(session: Session, reporter_id: int, sha256: bytes, terms: Terms) -> int:
    """Store a new key of a reporter; return its number. Raises: SchemaUnknown."""
    signing = {} if terms.signing_key is None else {"signing_key": terms.signing_key}
    statement = (
        insert(ApiKeyRow)
        .values(
            reporter=reporter_id,
            sha256=sha256,
            applicants=None if terms.applicants is None else list(terms.applicants),
            measures=None if terms.measures is None else list(terms.measures),
            expires_at=terms.expires_at,
            **signing,
        )
        .returning(ApiKeyRow.id)
    )
    try:
        return (await session.scalars(statement)).one()
    except ProgrammingError:
        if not signing:
            raise
        raise SchemaUnknown("signing keys need step 0014: run `pilotzone migrate`") from None


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


SPEND = """
    WITH outdated AS (
        DELETE FROM signature_nonce WHERE (key, nonce) IN (
            SELECT key, nonce FROM signature_nonce WHERE expires_at < now()
            ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED
        )
    )
    INSERT INTO signature_nonce (key, nonce, expires_at) VALUES ($1, $2, $3)
    ON CONFLICT (key, nonce) DO NOTHING RETURNING key
"""
"""Each spends one and takes away more, so that what is outdated does not gather."""


async def spend(driver: Driver, key: int, nonce: str, expires_at: datetime) -> bool:
    """Say whether the key of this number uses *nonce* for the first time.

    It is remembered until *expires_at* at least. Of two who spend the same one at once, one does.
    """
    return await driver.fetchval(SPEND, key, nonce, expires_at) is not None
