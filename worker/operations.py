"""Operations: carried out one at a time beside the scoring loop, which they never hold up."""

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars

from shared.database import Database, full, out_of_reach
from shared.frameworks.service import Library
from shared.operations import store as operations
from shared.operations.model import Kind, Material
from shared.operations.store import Claim
from worker import metrics
from worker.kinds import KINDS
from worker.loop import Bell, repeat, shown

log = structlog.get_logger()

BEAT_SECONDS = 0.25
"""How often progress is shown, and looked whether the work is still wanted."""

MOST_ATTEMPTS = 3
"""What was cut off so many times may be what kills workers: it is given up."""


class Halted(Exception):
    """The work is not wanted any more."""


@dataclass
class Computation:
    """Work in a thread: how far it is, and a way to halt it."""

    progress: float = 0.0
    halted: threading.Event = field(default_factory=threading.Event)

    def report(self, progress: float) -> None:
        """Note how far the work is. Raises: Halted."""
        if self.halted.is_set():
            raise Halted
        self.progress = progress

    async def run(
        self, kind: Kind[Material], material: Material, parameters: dict[str, Any]
    ) -> str | None:
        """Return the result; None if halted."""
        try:
            return await asyncio.to_thread(kind.compute, material, parameters, self.report)
        except Halted:
            return None


@dataclass
class Operator:
    """Carries out operations of the *kinds* it knows; any number of workers share them."""

    database: Database
    bell: Bell
    idle: timedelta
    kinds: Mapping[str, Kind[Any]] = field(default_factory=KINDS.copy)
    library: Library = field(default_factory=Library)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self) -> None:
        """Carry out operations until told to stop; one under way is then given back."""
        await repeat(self.carry_out_next, self._pause, self.stop, "operation broke off")

    async def _pause(self) -> None:
        await self.bell.wait(self.idle)

    async def carry_out_next(self) -> bool:
        """Carry out the oldest operation of a known kind that waits; say whether there was one."""
        async with operations.claim(self.database, self.kinds) as claim:
            if claim is None:
                return False
            operation = claim.operation
            with bound_contextvars(request_ids=[operation.request_id]):
                state = await self._carry_out(claim)
                log.info("operation", round=claim.round, id=operation.id, state=state)
            metrics.OPERATIONS.labels(state).inc()
            return True

    async def _carry_out(self, claim: Claim) -> str:
        """Bring the operation to an end and return its state."""
        if claim.operation.attempts > MOST_ATTEMPTS:
            await claim.fail(f"given up: {MOST_ATTEMPTS} attempts were cut off")
            return "failed"
        try:
            result = await self._computed(claim)
        except Exception as error:
            if out_of_reach(error) or full(error):
                raise
            log.exception("operation failed", round=claim.round, id=claim.operation.id)
            return "failed" if await claim.fail(shown(error)) else "cancelled"
        if result is None:
            return "waiting" if await claim.give_back() else "cancelled"
        return "done" if await claim.finish(result) else "cancelled"

    async def _computed(self, claim: Claim) -> str | None:
        """Compute the result; None if told to stop, or if the operation was cancelled."""
        operation, computation = claim.operation, Computation()
        kind = self.kinds[operation.kind]
        material = await kind.read(claim.session, self.library, operation)
        running = asyncio.create_task(computation.run(kind, material, operation.parameters))
        try:
            while not (await asyncio.wait({running}, timeout=BEAT_SECONDS))[0]:
                if self.stop.is_set() or not await claim.note(round(computation.progress, 3)):
                    computation.halted.set()
        finally:
            computation.halted.set()
            await asyncio.wait({running})
        return await running
