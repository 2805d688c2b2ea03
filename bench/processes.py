"""Processes of the service that are killed and come back, as under any supervisor."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

RESTART_SECONDS = 0.2
STOP_SECONDS = 60


@dataclass
class ServiceProcess:
    """`python -m ARGUMENTS` on the database of *url*, started again whenever it ends."""

    url: str
    log: Path
    arguments: tuple[str, ...]
    child: subprocess.Popen[bytes] | None = field(default=None, init=False)
    status: int | None = field(default=None, init=False)

    async def keep(self) -> None:
        """Start it, and start it again, until cancelled."""
        settings = {"PILOTZONE_DATABASE_URL": self.url, "PILOTZONE_LOG_FORMAT": "json"}
        while True:
            if self.child is None or self.child.poll() is not None:
                with self.log.open("ab") as out:
                    self.child = subprocess.Popen(  # noqa: ASYNC220 -- it returns at once
                        [sys.executable, "-m", *self.arguments],
                        env=os.environ | settings,
                        stdout=out,
                        stderr=out,
                    )
            await asyncio.sleep(RESTART_SECONDS)

    def kill(self) -> bool:
        """End it without a last word; say whether there was anything to end."""
        if self.child is None or self.child.poll() is not None:
            return False
        self.child.kill()
        return True

    async def stop(self) -> None:
        """Ask it to stop, and note its exit status."""
        if self.child is not None:
            self.child.terminate()
            try:
                self.status = await asyncio.to_thread(self.child.wait, STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.status = self.child.wait()


@asynccontextmanager
async def kept(*processes: ServiceProcess) -> AsyncIterator[None]:
    """Keep *processes* running, and stop them at the end."""
    keepers = [asyncio.create_task(process.keep()) for process in processes]
    try:
        yield
    finally:
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        await asyncio.gather(*(process.stop() for process in processes))
