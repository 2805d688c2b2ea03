"""Looking at a database from outside, past the store."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import text

from shared.database.engine import Sessions

LIMIT = 60.0


async def rows(owner: Sessions, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    async with owner() as session:
        return [tuple(row) for row in await session.execute(text(statement), parameters)]


async def one(owner: Sessions, statement: str, **parameters: Any) -> Any:
    """Return the only value of a query."""
    ((value,),) = await rows(owner, statement, **parameters)
    return value


async def execute(owner: Sessions, *statements: str) -> None:
    """Execute statements in one transaction with every right."""
    async with owner.begin() as session:
        for statement in statements:
            await session.execute(text(statement))


async def until(question: Callable[[], Awaitable[Any]], limit: float = LIMIT) -> Any:
    """Ask until the answer is true and return it. Raises: TimeoutError past *limit* seconds."""
    async with asyncio.timeout(limit):
        while not (answer := await question()):  # noqa: ASYNC110 -- nothing tells us
            await asyncio.sleep(0.01)
    return answer


async def until_blocked(owner: Sessions, sessions: int = 1) -> None:
    """Wait until so many of this database's sessions wait for a lock."""
    waiting = """
        SELECT count(*) >= :sessions FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'
    """
    await until(lambda: one(owner, waiting, sessions=sessions))
