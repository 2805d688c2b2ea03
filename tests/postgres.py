"""Other processes that use the embedded PostgreSQL, and questions to it."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

USER = """
import sys
from pathlib import Path
from shared.embedded.server import serve

with serve(Path(sys.argv[1]), {"fsync": "off"}) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@contextmanager
def user(data_dir: Path, program: str = USER) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the server until its standard input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process


def url_of(process: subprocess.Popen[str]) -> str:
    """Wait until *process* is served."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def ask(url: str, sql: str) -> object:
    """Run one statement in a transaction of its own; return its one value if it has one."""

    async def run() -> object:
        engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
        try:
            async with engine.connect() as connection:
                answer = await connection.execute(text(sql))
                return answer.scalar() if answer.returns_rows else None
        finally:
            await engine.dispose()

    return asyncio.run(run())
