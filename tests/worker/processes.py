"""Real workers and gateways on a test's database."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fixtures.ask import until

LIMIT = 60.0


@dataclass(frozen=True)
class ServiceProcess:
    """One process of the service, and what it says."""

    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        """Return everything that it wrote so far."""
        return self.log.read_text()

    async def until_said(self, words: str) -> None:
        """Wait until it wrote *words*. Raises: TimeoutError."""

        async def found() -> bool:
            return words in self.said()

        await until(found, LIMIT)

    async def until_ended(self) -> int:
        """Wait until it ended and return its exit status. Raises: TimeoutError."""

        async def ended() -> bool:
            return self.process.poll() is not None

        await until(ended, LIMIT)
        return self.process.returncode

    async def kill(self) -> None:
        """End it as the kernel would: without a last word."""
        self.process.kill()
        assert await self.until_ended() == -signal.SIGKILL

    async def stop(self) -> int:
        """Ask it to stop and return its exit status."""
        self.process.terminate()
        return await self.until_ended()


@contextmanager
def service_process(
    module: str,
    url: str,
    log: Path,
    *arguments: str,
    python: Sequence[str | Path] = (sys.executable,),
    **environment: str,
) -> Iterator[ServiceProcess]:
    """Run `python -m MODULE` on the database of *url*; nothing of it is left at the end."""
    settings = {"PILOTZONE_DATABASE_URL": url, "PILOTZONE_LOG_FORMAT": "json"} | environment
    inherited = {name: os.environ[name] for name in os.environ if not name.startswith("PILOTZONE")}
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*python, "-m", module, *arguments],
            env=inherited | settings,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        yield ServiceProcess(process, log)
    finally:
        process.kill()
        process.wait()
