"""An answer that goes on: what happens is sent as it happens."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.events.wire import SIGN_OF_LIFE, opening
from shared.core.errors import DomainError
from shared.live.channel import Channel
from shared.live.happenings import Audience
from shared.live.position import Told
from shared.live.service import Live

log = structlog.get_logger()

END = "end"
"""Under which name a request's state has what ends its stream; the connection calls it."""


class EventStream(StreamingResponse):
    """A stream of one who listens: until the connection, its key or the gateway ends.

    *admitted* is asked before anything is sent, and raises what refuses the reader.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        live: Live,
        audience: Audience,
        told: Told,
        admitted: Callable[[], Awaitable[object]],
        sign_of_life: bytes = SIGN_OF_LIFE,
    ) -> None:
        """Begin behind what the reader was *told*; after long silence send the *sign_of_life*."""
        super().__init__(self._pieces(), headers={"Cache-Control": "no-store"})
        self._live, self._audience, self._told = live, audience, told
        self._admitted, self._sign_of_life = admitted, sign_of_life
        self._ended = False
        self._channel: Channel | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; of the answer to HEAD, nothing but the head."""
        self._ended = scope["state"]["bodiless"]
        scope["state"][END] = self.end
        with self._live.channel(self._audience.round_id) as self._channel:
            await super().__call__(scope, receive, send)

    def end(self) -> None:
        """Come to the end."""
        self._ended = True
        if self._channel is not None:
            self._channel.stir()

    async def _pieces(self) -> AsyncIterator[bytes]:
        """Yield what is sent; what could not be told, who comes again with the last id is told."""
        yield opening(self._told.position)
        try:
            while piece := await self._next():
                await self._admitted()
                yield piece
        except DomainError:
            return
        except Exception as error:  # noqa: BLE001 -- the head was sent: there is no other answer
            log.warning("stream broken off", error=type(error).__name__)

    async def _next(self) -> bytes:
        """Wait for what is sent next: news, or a sign of life after long silence; none: the end."""
        try:
            async with asyncio.timeout(self._live.heartbeat):
                return await self._news()
        except TimeoutError:
            return self._sign_of_life

    async def _news(self) -> bytes:
        channel = self._channel
        while channel is not None and not self._ended:
            sight = channel.sight
            if sight is None or sight.to_tell(whole=self._audience.whole) == self._told:
                await channel.stirred()
                continue
            piece, told = await self._live.piece(self._audience, self._told, sight)
            if told == self._told:  # what was seen is gone: the database was set back
                await channel.stirred()
            self._told = told
            if piece:
                return piece
        return b""
