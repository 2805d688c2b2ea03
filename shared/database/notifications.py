"""PostgreSQL's notifications: a hint that something changed, never the proof of it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog

from shared.database.database import Database

log = structlog.get_logger()

RETRY_SECONDS = 0.5


async def listen(database: Database, channel: str, heard: Callable[[int | None], None]) -> None:
    """Call *heard* with the round of each notification on *channel*, until cancelled.

    A lost connection is opened again; *heard* is then called with None, since what was said
    meanwhile is unknown. A listener must look by itself from time to time.
    """
    while True:
        try:
            await _listen_once(database, channel, heard)
        except Exception as error:  # noqa: BLE001 -- a hint is not worth a process
            log.warning("listening interrupted", channel=channel, error=type(error).__name__)
        await asyncio.sleep(RETRY_SECONDS)


async def _listen_once(
    database: Database, channel: str, heard: Callable[[int | None], None]
) -> None:
    lost = asyncio.Event()

    def on_notice(_connection: Any, _pid: int, _channel: str, payload: str) -> None:
        with suppress(ValueError):  # anybody may notify; what names no round is no hint
            heard(int(payload))

    def on_loss(_connection: Any) -> None:
        lost.set()

    async with database.driver() as driver:
        driver.add_termination_listener(on_loss)
        await driver.add_listener(channel, on_notice)
        heard(None)
        # Ends by loss or by cancellation; after either, nobody else is given the connection.
        await lost.wait()
