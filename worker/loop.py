"""The loop: wait for a change, recompute a round, repeat."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from structlog.contextvars import bound_contextvars

from shared.changes import store as changes
from shared.changes.metrics import observe_queue
from shared.core.errors import DomainError
from shared.database import Database, full, out_of_reach
from shared.frameworks.service import Library
from shared.rounds import store as rounds
from shared.runs import service as runs
from shared.runs.store import NewRun
from worker import metrics
from worker.remembering import Remembered

log = structlog.get_logger()

LONGEST_WAIT = timedelta(minutes=5)
"""How long a failing round is set aside at most."""


async def awaited(event: asyncio.Event, at_most: timedelta) -> None:
    """Return when *event* is set, or after *at_most*."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(at_most.total_seconds()):
            await event.wait()


@dataclass
class Bell:
    """Rung when something may have changed; whoever waits wakes, now or at the next wait."""

    rung: asyncio.Event = field(default_factory=asyncio.Event)

    def ring(self, _round: int | None = None) -> None:
        """Wake the loop."""
        self.rung.set()

    async def wait(self, at_most: timedelta) -> None:
        """Return when rung, or after *at_most*."""
        await awaited(self.rung, at_most)
        self.rung.clear()


async def repeat(
    step: Callable[[], Awaitable[bool]],
    pause: Callable[[], Awaitable[None]],
    stop: asyncio.Event,
    failed: str,
) -> None:
    """Take one *step* after another until told to stop, with a *pause* after one that did nothing.

    A step that fails did nothing, and is logged as *failed*. While PostgreSQL can't be reached the
    loop goes on asking.
    """
    while not stop.is_set():
        try:
            worked = await step()
        except Exception as error:
            if out_of_reach(error):
                log.warning("database unreachable", error=type(error).__name__)
            elif full(error):
                log.warning("database full", error=type(error).__name__)
            else:
                log.exception(failed)
            worked = False
        if not worked and not stop.is_set():
            await pause()


def shown(error: Exception) -> str:
    """Return what is told of *error*.

    A domain error is written for readers; any other may carry data: its type must do.
    """
    return str(error) if isinstance(error, DomainError) else type(error).__name__


@dataclass
class Worker:
    """One scoring worker; any number of them share the rounds."""

    database: Database
    name: str
    bell: Bell
    idle: timedelta
    debounce: timedelta
    alive: Callable[[], None]
    library: Library = field(default_factory=Library)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    next_count: float = 0.0
    remembered: Remembered = field(default_factory=Remembered)

    async def work(self) -> None:
        """Recompute rounds that changed until told to stop; a run is finished first."""
        await repeat(self.sweep, self._pause, self.stop, "sweep failed")

    async def _pause(self) -> None:
        await self.bell.wait(self.idle)
        await awaited(self.stop, self.debounce)

    async def sweep(self) -> bool:
        """Run each waiting round once; say whether any was run."""
        self.alive()
        async with self.database.session() as session:
            waiting = await changes.waiting_rounds(session)
            if time.monotonic() >= self.next_count:
                self.next_count = time.monotonic() + self.idle.total_seconds()
                observe_queue(await changes.queue(session))
                self.remembered.forget_idle()
        worked = False
        for round_id, code in waiting.items():
            if self.stop.is_set():
                break
            self.alive()
            worked |= await self.run(round_id, code)
        return worked

    async def run(self, round_id: int, code: str) -> bool:
        """Recompute one round, unless another worker does; set it aside if that fails.

        Logs name it by its *code*, which is what the interface and the command line take.
        """
        begin = time.perf_counter()
        try:
            async with self.database.session() as session:
                if not await rounds.try_hold_for_run(session, round_id):
                    return False
                outcome = await runs.recompute(
                    session, self.library, round_id, self.name, self.remembered.of(round_id)
                )
                await changes.readmit(session, round_id)
        except Exception as error:
            if out_of_reach(error) or full(error):  # no round is to blame
                raise
            return await self._set_aside(
                round_id, code, error
            )  # whatever it was, other rounds go on
        if outcome is None:
            return False
        self.remembered.keep(outcome)
        _report(code, outcome.run, time.perf_counter() - begin)
        return True

    async def _set_aside(self, round_id: int, code: str, error: Exception) -> bool:
        log.error("run failed", round=code, exc_info=error)
        metrics.FAILURES.inc()
        async with self.database.session() as session:
            # Another worker may have run the round meanwhile, or be running it now.
            if await rounds.try_hold_for_run(
                session, round_id
            ) and round_id in await changes.waiting_rounds(session):
                await changes.set_aside(session, round_id, shown(error), LONGEST_WAIT)
        return False


def _report(code: str, run: NewRun, seconds: float) -> None:
    metrics.observe_run(run, seconds)
    with bound_contextvars(request_ids=list(run.request_ids)):
        log.info(
            "run",
            round=code,
            run=run.number,
            submissions=run.submissions,
            other_changes=run.other_changes,
            cohort=run.cohort,
            scores_written=run.scores_written,
            milliseconds=round(seconds * 1e3, 1),
        )
