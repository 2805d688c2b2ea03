"""Listening to rounds: who listens pulls, and what there is to tell is made once for all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from cachetools import LRUCache

from shared.core.errors import Unavailable
from shared.core.flights import Flights
from shared.database import Database
from shared.live import happenings, store
from shared.live.channel import Channel
from shared.live.happenings import Audience, Happening
from shared.live.position import Sight, Told

PIECES_BYTES = 16 * 2**20
OWN_BYTES = 500
"""Of a piece, beside what is sent."""

Write = Callable[[Audience, list[Happening]], bytes]
Piece = tuple[bytes, Told]


class Live:
    """All who listen in this process.

    Nobody has a queue: who listens knows what it was told last, and asks for what came since once
    it has sent that. So whoever is slow is told more at once, and holds nothing meanwhile.
    """

    def __init__(self, database: Database, write: Write, most: int, heartbeat: timedelta) -> None:
        """Let at most so many listen; *write* gives what is sent of happenings."""
        self._database, self._write, self._most = database, write, most
        self.heartbeat = heartbeat.total_seconds()
        self.listening = 0
        self._channels: dict[int, Channel] = {}
        self._flights = Flights[Piece]()
        self._pieces: LRUCache[tuple[Audience, Told, Sight], Piece] = LRUCache(
            PIECES_BYTES, getsizeof=lambda piece: min(len(piece[0]) + OWN_BYTES, PIECES_BYTES)
        )

    def heard(self, round_id: int | None) -> None:
        """Have a round looked at, or all of them."""
        for each, channel in self._channels.items():
            if round_id in (None, each):
                channel.heard()

    def require_room(self) -> None:
        """Refuse one more than may listen. Raises: Unavailable."""
        if self.listening >= self._most:
            raise Unavailable("as many listen as may: come again, or ask now and then")

    async def look(self, round_id: int) -> Sight:
        """Return where the round stands now."""
        channel = self._channels.get(round_id)
        return await (channel.look() if channel else store.look(self._database, round_id))

    @contextmanager
    def channel(self, round_id: int) -> Iterator[Channel]:
        """Give the round's channel, which looks as long as anybody has it."""
        channel = self._channels.get(round_id)
        if channel is None:
            channel = self._channels[round_id] = Channel(self._database, round_id)
        self.listening += 1
        channel.listeners += 1
        try:
            yield channel
        finally:
            self.listening -= 1
            channel.listeners -= 1
            if channel.listeners == 0:
                del self._channels[round_id]
                channel.close()

    async def piece(self, audience: Audience, told: Told, sight: Sight) -> Piece:
        """Return what to send to an audience that was *told* so much, and what it then was told."""
        key = audience, told, sight
        known = self._pieces.get(key)
        if known is not None:
            return known
        return await self._flights.share(key, lambda: self._make(audience, told, sight))

    async def _make(self, audience: Audience, told: Told, sight: Sight) -> Piece:
        news = sight.to_tell(whole=audience.whole)
        found, then = await happenings.between(self._database, audience, told, news)
        piece = self._pieces[audience, told, sight] = self._write(audience, found), then
        return piece
