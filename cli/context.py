"""What commands share: a database, a transaction in it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from cli.errors import CommandError
from cli.options import settings_with
from shared.core.principal import Actor
from shared.database import Database, Limits, Session
from shared.embedded import server as embedded
from shared.settings import Settings

Answer = TypeVar("Answer")

OPERATOR = Actor("operator", "command-line")
"""Who acts in the audit trail where no key does."""


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """Give the URL of PostgreSQL: the one that is set, else the embedded one, started if needed."""
    if settings.database_url is not None:
        yield settings.database_url
    else:
        with embedded.serve(settings.data_dir) as url:
            yield url


def in_transaction(data_dir: Path | None, verb: Callable[[Session], Awaitable[Answer]]) -> Answer:
    """Do *verb* in one transaction and return its answer."""

    async def transaction(opened: Database) -> Answer:
        async with opened.session() as session:
            return await verb(session)

    return in_database(data_dir, transaction)


def in_database(data_dir: Path | None, verb: Callable[[Database], Awaitable[Answer]]) -> Answer:
    """Do *verb*, which makes its own transactions, and return its answer."""
    settings = settings_with(data_dir)
    if settings.database_url is None and not embedded.exists(settings.data_dir):
        raise CommandError(
            f"{settings.data_dir} holds no database: name the one of `pilotzone up` with --data-dir"
        )
    with database(settings) as url:
        return asyncio.run(_at(url, settings, verb))


async def _at(
    url: str, settings: Settings, verb: Callable[[Database], Awaitable[Answer]]
) -> Answer:
    async with Database(url, limits=Limits.of_worker(settings)) as opened:
        return await verb(opened)


async def in_transaction_at(
    url: str, settings: Settings, verb: Callable[[Session], Awaitable[Answer]]
) -> Answer:
    """Do *verb* in one transaction in the database at *url* and return its answer."""
    limits = Limits.of_worker(settings)
    async with Database(url, limits=limits) as database, database.session() as session:
        return await verb(session)
