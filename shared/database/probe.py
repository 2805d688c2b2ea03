"""Whether PostgreSQL answers, asked over a connection that nothing else uses."""

import asyncio

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import create_async_engine

from shared.database.connections import Connections
from shared.database.schema import SEARCH_PATH, require_known

ANSWER_SECONDS = 1.0
"""How long the server has to answer, connecting included."""


class Probe:
    """Asks once for all who want to know at the same time.

    Neither a pool that is exhausted nor a locked round holds it up.
    """

    def __init__(self, url: URL, name: str) -> None:
        """Name the server, and us to it.

        The connection is opened when it is first needed, and again if it was lost.
        """
        settings = SEARCH_PATH | {"application_name": name}
        self._connections = Connections(
            create_async_engine(
                url,
                pool_size=1,
                max_overflow=0,
                connect_args={"server_settings": settings, "command_timeout": ANSWER_SECONDS},
            )
        )
        self._asking: asyncio.Task[None] | None = None

    async def require_answer(self) -> None:
        """Return once the server answered; whoever asks meanwhile waits for the same answer.

        Raises: SchemaUnknown, or whatever keeps the server from answering, within two seconds.
        """
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        await asyncio.shield(self._asking)

    async def _ask(self) -> None:
        async with asyncio.timeout(ANSWER_SECONDS), self._connections.driver() as driver:
            await require_known(driver)

    async def close(self) -> None:
        """Give up the connection."""
        await self._connections.close()
