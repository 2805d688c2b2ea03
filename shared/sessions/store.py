"""Sessions and links, known by the hashes of their tokens alone, and timed by the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
from sqlalchemy import Double, cast, extract, func, text
from sqlalchemy.exc import ProgrammingError

from shared.access import store as access
from shared.access.tables import ApiKeyRow
from shared.core.principal import Principal
from shared.database import Driver, SchemaUnknown, Session
from shared.sessions.tables import BrowserSessionRow

TAKEN_AT_ONCE = 5_000

ADD = text("""
    INSERT INTO browser_session (sha256, key, expires_at)
    SELECT CAST(:sha256 AS bytea), id, least(expires_at, now() + CAST(:lifetime AS interval))
    FROM api_key WHERE id = :key
    RETURNING id, expires_at, expires_at - now()
""")

END = text("""
    UPDATE browser_session SET ended_at = now()
    WHERE sha256 = :sha256 AND ended_at IS NULL AND expires_at > now() RETURNING id
""")

ADD_LINK = text("""
    INSERT INTO entry_link (sha256, key, expires_at)
    VALUES (:sha256, :key, now() + CAST(:lifetime AS interval))
""")

USE_LINK = text("""
    UPDATE entry_link SET used_at = now()
    WHERE sha256 = :sha256 AND used_at IS NULL AND expires_at > now() RETURNING key
""")

END_ALL = """
DO $ended$
BEGIN
    IF to_regclass('public.browser_session') IS NOT NULL THEN
        UPDATE public.entry_link SET used_at = now() WHERE used_at IS NULL;
        UPDATE public.browser_session SET ended_at = now() WHERE ended_at IS NULL;
    END IF;
END
$ended$;
"""
"""Ends every session and uses up every link, on a schema that has any, whatever its search path."""

NOTIFY = text("SELECT pg_notify('browser_session', :id)")

TAKE_AWAY = """
    WITH links AS (
        DELETE FROM entry_link WHERE sha256 IN (
            SELECT sha256 FROM entry_link WHERE expires_at < now() ORDER BY expires_at LIMIT $1
        ) RETURNING key
    ), sessions AS (
        DELETE FROM browser_session WHERE id IN (
            SELECT id FROM browser_session WHERE expires_at < now() ORDER BY expires_at LIMIT $1
        ) RETURNING key
    )
    SELECT greatest((SELECT count(*) FROM links), (SELECT count(*) FROM sessions))
"""


@dataclass(frozen=True, slots=True)
class Added:
    """A session that was stored: its number, when it ends, and how long that is from now."""

    number: int
    expires_at: datetime
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class Found:
    """A session that is open: its number, who signed in, and for how many *seconds* at most."""

    number: int
    principal: Principal
    seconds: float


SECONDS = cast(
    extract("epoch", func.least(BrowserSessionRow.expires_at, ApiKeyRow.expires_at) - func.now()),
    Double,
)
"""Until it ends. A key's end may have been brought forward since the session began."""

OPEN = (
    access.HOLDER.add_columns(BrowserSessionRow.id, SECONDS)
    .join(BrowserSessionRow, BrowserSessionRow.key == ApiKeyRow.id)
    .where(BrowserSessionRow.ended_at.is_(None), BrowserSessionRow.expires_at > func.now())
)


@contextmanager
def _of_this_schema() -> Iterator[None]:
    """Say what is missing where the database knows no sessions. Raises: SchemaUnknown."""
    try:
        yield
    except ProgrammingError as error:
        raise SchemaUnknown("signing in needs step 0021: run `pilotzone migrate`") from error


async def add(session: Session, sha256: bytes, key: int, lifetime: timedelta) -> Added:
    """Store a session for the key of this number, which ends no later than the key does.

    Raises: SchemaUnknown.
    """
    values = {"sha256": sha256, "key": key, "lifetime": lifetime}
    with _of_this_schema():
        return Added(*(await session.execute(ADD, values)).one())


async def find(session: Session, sha256: bytes) -> Found | None:
    """Return the open session of this hash, if its key is in force. Raises: SchemaUnknown."""
    with _of_this_schema():
        row = (await session.execute(OPEN.where(BrowserSessionRow.sha256 == sha256))).first()
    if row is None:
        return None
    *holder, number, seconds = row
    return Found(number, access.holder_of(holder), seconds)


async def end(session: Session, sha256: bytes) -> int | None:
    """End the open session of this hash and tell every gateway at the commit; return its number.

    None if there is none. Raises: SchemaUnknown.
    """
    with _of_this_schema():
        number: int | None = (await session.scalars(END, {"sha256": sha256})).one_or_none()
    if number is not None:
        await session.execute(NOTIFY, {"id": str(number)})
    return number


async def end_all(session: Session) -> None:
    """End every session, and use up every link, where no gateway runs that would be told of it."""
    await session.execute(text(END_ALL))


async def add_link(session: Session, sha256: bytes, key: int, lifetime: timedelta) -> None:
    """Store a link for the key of this number. Raises: SchemaUnknown."""
    with _of_this_schema():
        await session.execute(ADD_LINK, {"sha256": sha256, "key": key, "lifetime": lifetime})


async def use_link(session: Session, sha256: bytes) -> Principal | None:
    """Use up the link of this hash; return the holder of its key, if that is in force.

    Of two who use it at once, the second waits for the first, and finds it used. Raises:
    SchemaUnknown.
    """
    with _of_this_schema():
        key: int | None = (await session.scalars(USE_LINK, {"sha256": sha256})).one_or_none()
    return None if key is None else await access.holder(session, key)


async def take_away(driver: Driver) -> bool:
    """Take away sessions and links whose time is over; say whether there may be more of them."""
    try:
        done: int = await driver.fetchval(TAKE_AWAY, TAKEN_AT_ONCE)
    except asyncpg.UndefinedTableError:
        return False
    return done == TAKEN_AT_ONCE
