"""Sealing: what was committed is appended to the logs of rounds and signed, beside the loop."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from pilotzone_verify.notes import Signer
from shared.database import Database, full, out_of_reach
from shared.frameworks.service import Library
from shared.runs.service import Outcome
from shared.seals import aside_store, store, unsealed_store
from shared.seals import service as seals
from shared.seals.service import Memory, Sealed
from shared.seals.signing import sign_due
from worker.loop import Bell, repeat

log = structlog.get_logger()

REMEMBERED = 8
"""Of so many rounds the last ranking is held, so that a run after one count is sealed quickly."""


@dataclass
class Sealer:
    """Seals and signs; any number of workers share the rounds.

    *made* gives the last run of a round that this process made and saw committed, if it did.
    """

    database: Database
    name: str
    signers: list[Signer]
    cadence: timedelta
    idle: timedelta
    library: Library
    made: Callable[[int], Outcome | None] = lambda _: None
    bell: Bell = field(default_factory=Bell)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    memories: OrderedDict[int, Memory] = field(default_factory=OrderedDict)
    urgent: set[int] = field(default_factory=set)

    async def work(self) -> None:
        """Look again and again until told to stop."""
        await repeat(self.sweep, self._pause, self.stop, "sealing failed")

    async def _pause(self) -> None:
        await self.bell.wait(self.idle)

    async def sweep(self) -> bool:
        """Seal what is to be sealed, and sign what is due; say whether more may be left."""
        async with self.database.driver() as driver:
            kept = await store.kept(driver)
            if not kept.logs:
                return False
            waiting = await unsealed_store.rounds(driver)
            aside = await aside_store.rounds(driver) if kept.aside else {}
        more = False
        for round_id, code in (waiting | aside).items():
            if self.stop.is_set():
                return False
            more |= await self._seal(round_id, code, aside=round_id in aside)
        if self.signers:
            await sign_due(self.database, self.signers, self.cadence, self.urgent)
        self.urgent.clear()
        return more

    async def _seal(self, round_id: int, code: str, *, aside: bool) -> bool:
        """Seal one round; one that fails does not hold up the others."""
        try:
            sealed = await seals.seal(
                self.database,
                self.library,
                self.name,
                round_id,
                self.memories.get(round_id),
                self.made(round_id),
                aside=aside,
            )
        except Exception as error:
            if out_of_reach(error) or full(error):
                raise
            log.exception("round not sealed", round=code)
            return False
        if sealed is None:
            return False
        self._remember(round_id, sealed)
        return sealed.more

    def _remember(self, round_id: int, sealed: Sealed) -> None:
        if sealed.urgent:
            self.urgent.add(round_id)
        if sealed.memory is not None:
            self.memories[round_id] = sealed.memory
            self.memories.move_to_end(round_id)
            while len(self.memories) > REMEMBERED:
                self.memories.popitem(last=False)
