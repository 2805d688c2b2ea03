"""PostgreSQL's notifications: a hint that something changed, never the proof of it."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeAlias

import structlog

from shared.database.database import Database

log = structlog.get_logger()

RETRY_SECONDS = 0.5


Ear: TypeAlias = Callable[[int | None], None]


async def listen(database: Database, ears: Mapping[str, Ear]) -> None:
    """Call the ear of a channel with the id in each notification on it, until cancelled.

    All share a connection. If it is lost it is opened again; each ear is then called with None,
    since what was said meanwhile is unknown. A listener must look by itself from time to time.
    """
    while True:
        try:
            await _listen_once(database, ears)
        except Exception as error:  # noqa: BLE001 -- a hint is not worth a process
            log.warning("listening interrupted", channels=[*ears], error=type(error).__name__)
        await asyncio.sleep(RETRY_SECONDS)


async def _listen_once(database: Database, ears: Mapping[str, Ear]) -> None:
    lost = asyncio.Event()

    def on_notice(_connection: Any, _pid: int, channel: str, payload: str) -> None:
        with suppress(ValueError):  # anybody may notify; what is no id is no hint
            ears[channel](int(payload))

    def on_loss(_connection: Any) -> None:
        lost.set()

    async with database.driver() as driver:
        driver.add_termination_listener(on_loss)
        for channel, heard in ears.items():
            await driver.add_listener(channel, on_notice)
            heard(None)
        # Ends by loss or by cancellation; after either, nobody else is given the connection.
        await lost.wait()
