"""Keeping the processes of the service running, each a process of its own."""

import asyncio
import os
import signal
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType, TracebackType
from typing import Self

import structlog

from shared.process import orphan

GRACE = 15.0  # seconds to end in, once told
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0  # seconds before a restart
STEADY = 30.0  # seconds of life after which a death is news again
POLL = 0.1

log = structlog.get_logger()


@dataclass(frozen=True)
class ServiceProcess:
    """A process that serves: *ready* says whether it answers, *grace* how long it may take to end.

    *grace* is in seconds, None for one that must never be killed because it has to stop others.
    What *environment* says goes before what the supervisor says to all.
    """

    name: str
    argv: Sequence[str]
    ready: Callable[[], bool]
    grace: float | None = GRACE
    environment: Mapping[str, str] = field(default_factory=dict)


class ProcessFailed(Exception):
    """A process gave up before it ever answered; it has said why on standard error itself."""

    def __init__(self, name: str, status: int) -> None:
        """Name the process and its exit status."""
        super().__init__(f"{name} ended with status {status} before it was ready")
        self.status = status


class Supervisor:
    """Starts processes in order, keeps them running, and stops them in the opposite order.

    SIGINT or SIGTERM ends the body of the `async with`, and with it the processes; another one
    kills what has not ended yet. They run in sessions of their own, out of reach of the terminal,
    with *environment* and the file descriptors *inherited*. If the supervisor is killed, a pipe
    tells them (`shared.process.orphan`).
    """

    def __init__(self, environment: Mapping[str, str], inherited: Iterable[int] = ()) -> None:
        """Start nothing yet."""
        self.environment = dict(environment)
        self._inherited = tuple(inherited)
        self._kept: list[asyncio.Task[None]] = []
        self._answered: set[str] = set()
        self._ending = False
        self._hurry = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._read_end, self._write_end = os.pipe()
        self.environment[orphan.VARIABLE] = str(self._read_end)
        self._body = asyncio.current_task()
        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(each, self._interrupt)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> bool:
        self._ending = True
        for task in reversed(self._kept):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        os.close(self._read_end)
        os.close(self._write_end)
        return kind is asyncio.CancelledError

    def _interrupt(self) -> None:
        if self._ending:
            self._hurry.set()
        elif self._body is not None:
            self._ending = True
            self._body.cancel()

    async def start(self, *processes: ServiceProcess) -> None:
        """Start *processes* side by side; return once each is ready.

        Raises: ProcessFailed.
        """
        self._kept += [asyncio.create_task(self._keep(process)) for process in processes]
        for process in processes:
            while not await asyncio.to_thread(process.ready):
                await self.watch(POLL)
            self._answered.add(process.name)

    async def watch(self, seconds: float | None = None) -> None:
        """Wait, for good or for some seconds, and raise what can no longer be kept running."""
        done, _ = await asyncio.wait(
            self._kept, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        for task in done:
            task.result()

    async def run(
        self,
        argv: Sequence[str],
        grace: float | None = GRACE,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> int:
        """Run a command to its end and return its exit status; stop it when cancelled."""
        process = await asyncio.create_subprocess_exec(
            *argv,
            env={**self.environment, **environment},
            stdin=DEVNULL,
            pass_fds=(*self._inherited, self._read_end),
            start_new_session=True,
        )
        try:
            return await process.wait()
        except asyncio.CancelledError:
            await self._stop(process, grace)
            raise

    async def _keep(self, process: ServiceProcess) -> None:
        """Run *process* again whenever it ends, each time after a longer pause."""
        pause = FIRST_PAUSE
        while True:
            started = time.monotonic()
            status = await self.run(process.argv, process.grace, process.environment)
            if status > 0 and process.name not in self._answered:
                raise ProcessFailed(process.name, status)
            if time.monotonic() - started > STEADY:
                pause = FIRST_PAUSE
            log.warning(
                "process ended and is started again",
                process=process.name,
                status=status,
                pause=pause,
            )
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _stop(self, process: Process, grace: float | None) -> None:
        """Tell *process* to end; after its grace, or in a hurry, kill it and what it started."""
        with suppress(ProcessLookupError):
            process.terminate()
        ended = asyncio.create_task(process.wait())
        if grace is not None:
            hurry = asyncio.create_task(self._hurry.wait())
            await asyncio.wait([ended, hurry], timeout=grace, return_when=asyncio.FIRST_COMPLETED)
            hurry.cancel()
            if not ended.done():
                os.killpg(process.pid, signal.SIGKILL)
        await ended
