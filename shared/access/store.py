"""API keys and the reporters behind them. A key is known by its hash alone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import ProgrammingError

from shared.access.list_store import IN_FORCE, QUOTA, ROUNDS, SIGNING_KEY, quota_of
from shared.access.tables import ApiKeyRow, ReporterRow
from shared.core.principal import Principal, Role, SigningKey
from shared.core.quota import Quota
from shared.database import Driver, SchemaUnknown, Session


@dataclass(frozen=True, slots=True)
class Terms:
    """What a key is made for: what it reaches, as for `Principal`, when it ends, by what it signs.

    None is no limit, no end, no need to sign, and no *quota* but that of all.
    """

    applicants: Sequence[str] | None = None
    measures: Sequence[str] | None = None
    rounds: Sequence[str] | None = None
    expires_at: datetime | None = None
    signing_key: str | None = None
    quota: Quota | None = None


def _limit(codes: list[str] | None) -> frozenset[str] | None:
    return None if codes is None else frozenset(codes)


HOLDER = (
    select(
        ReporterRow.id,
        ReporterRow.name,
        ReporterRow.role,
        ApiKeyRow.applicants,
        ApiKeyRow.measures,
        ApiKeyRow.id,
        SIGNING_KEY,
        ROUNDS,
        *QUOTA,
    )
    .join(ReporterRow, ReporterRow.id == ApiKeyRow.reporter)
    .where(IN_FORCE)
)
"""Who holds keys that are in force, in columns that `holder_of` reads."""


def holder_of(row: Sequence[Any]) -> Principal:
    """Return the holder that a row of `HOLDER` tells of."""
    reporter, name, role, applicants, measures, number, public, rounds, *quota = row
    return Principal(
        reporter,
        name,
        Role(role),
        _limit(applicants),
        _limit(measures),
        None if public is None else SigningKey(number, public),
        _limit(rounds),
        number,
        quota_of(*quota),
    )


async def valid(session: Session, sha256: bytes) -> Principal | None:
    """Return who holds the key of this hash; None if it is unknown, expired or revoked."""
    row = (await session.execute(HOLDER.where(ApiKeyRow.sha256 == sha256))).first()
    return None if row is None else holder_of(row)


async def holder(session: Session, number: int) -> Principal | None:
    """Return who holds the key of this number; None if it is expired or revoked."""
    row = (await session.execute(HOLDER.where(ApiKeyRow.id == number))).first()
    return None if row is None else holder_of(row)


@contextmanager
def _of_this_schema() -> Iterator[None]:
    """Say what is missing where the database knows no such column, or a gateway lacks the right.

    Raises: SchemaUnknown.
    """
    try:
        yield
    except ProgrammingError as error:
        raise SchemaUnknown(
            "signing keys need step 0014, keys over HTTP and limits to rounds step 0015, and quotas"
            " step 0017: run `pilotzone migrate`"
        ) from error


async def find_reporter(session: Session, name: str) -> tuple[int, str] | None:
    """Return the id and role of the reporter of this name, None if there is none yet."""
    query = select(ReporterRow.id, ReporterRow.role).where(ReporterRow.name == name)
    row = (await session.execute(query)).first()
    return None if row is None else (row[0], row[1])


async def reporter(session: Session, name: str, role: str) -> tuple[int, str]:
    """Return the id and role of the reporter of this name, registering it if it is new.

    Raises: SchemaUnknown.
    """
    query = select(ReporterRow.id, ReporterRow.role).where(ReporterRow.name == name)
    with _of_this_schema():
        await session.execute(
            insert(ReporterRow).values(name=name, role=role).on_conflict_do_nothing()
        )
    identity, stored_role = (await session.execute(query)).one()
    return identity, stored_role


async def add(session: Session, reporter_id: int, sha256: bytes, terms: Terms) -> int:
    """Store a new key of a reporter; return its number. Raises: SchemaUnknown."""
    lists = {"applicants": terms.applicants, "measures": terms.measures, "rounds": terms.rounds}
    given: dict[str, Any] = {name: list(each) for name, each in lists.items() if each is not None}
    if terms.signing_key is not None:
        given["signing_key"] = terms.signing_key
    if terms.quota is not None:
        said = {"quota_requests": terms.quota.requests, "quota_rows": terms.quota.rows}
        given |= {name: most for name, most in said.items() if most is not None}
    statement = (
        insert(ApiKeyRow)
        .values(reporter=reporter_id, sha256=sha256, expires_at=terms.expires_at, **given)
        .returning(ApiKeyRow.id)
    )
    with _of_this_schema():
        return (await session.scalars(statement)).one()


async def hold_admins(session: Session) -> list[int]:
    """Return the keys in force that can make others, and let nobody end one until the commit."""
    unlimited = (ApiKeyRow.applicants.is_(None), ApiKeyRow.measures.is_(None))
    query = (
        select(ApiKeyRow.id)
        .join(ReporterRow, ReporterRow.id == ApiKeyRow.reporter)
        .where(ReporterRow.role == Role.ADMIN, IN_FORCE, *unlimited, ApiKeyRow.rounds.is_(None))
        .order_by(ApiKeyRow.id)
        .with_for_update(of=ApiKeyRow)
    )
    with _of_this_schema():
        return list(await session.scalars(query))


async def revoke(
    session: Session, name: str | None = None, number: int | None = None
) -> dict[str, list[int]]:
    """Revoke the valid keys of the reporter of this name, or the one of this number.

    Returns the numbers of the keys that were valid, by reporter. Raises: SchemaUnknown.
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
    with _of_this_schema():
        for whose, key in await session.execute(statement):
            revoked.setdefault(whose, []).append(key)
    return revoked


async def end_in(session: Session, number: int, after: timedelta) -> datetime | None:
    """Let a key end after so long, unless it ends before; return when, None if it has ended.

    Raises: SchemaUnknown.
    """
    statement = (
        update(ApiKeyRow)
        .where(ApiKeyRow.id == number, IN_FORCE)
        .values(expires_at=func.least(ApiKeyRow.expires_at, func.now() + after))
        .returning(ApiKeyRow.expires_at)
        .execution_options(synchronize_session=False)
    )
    with _of_this_schema():
        return (await session.scalars(statement)).one_or_none()


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
