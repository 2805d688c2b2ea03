"""A push that a death cuts off, whoever dies and wherever: the same file again stands whole."""

from asyncio import StreamReader, StreamWriter, create_task, open_connection
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import httpx
from sqlalchemy import text

from bench.pushes.files import FORMATS, Row
from bench.stage import free_port
from shared.database import Database
from tests.batches.test_http import BATCH
from tests.fixtures.ask import one, rows, until_blocked
from tests.fixtures.make import STATIONS, World
from tests.worker.processes import service_process

DAYS = 100
ROWS = 2 * DAYS
FILES = tuple(enumerate(FORMATS.items()))
POINTS = (
    "SELECT pg_advisory_xact_lock(1, :round)",
    "LOCK TABLE submission_change IN SHARE MODE",
    "LOCK TABLE batch IN SHARE MODE",
    "LOCK TABLE batch_part IN SHARE MODE",
)
"""Where a push is brought to a halt: before it has the round, while rows are written, before the
receipt and before the receipt's rows, after which nothing is left but the commit."""

CUT_OFF = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def said(begin: date) -> list[Row]:
    """Return rows of a file: of two applicants, as of so many days each."""
    days = [begin + timedelta(at) for at in range(DAYS)]
    return [(code, STATIONS, day, 5.0) for code in ("C1", "C2") for day in days]


@asynccontextmanager
async def halted(owner: Database, point: str, round_id: int) -> AsyncIterator[None]:
    """Bring pushes to a halt at *point* as long as this lasts."""
    async with owner.session() as session:
        await session.execute(text(point), {"round": round_id} if ":round" in point else {})
        yield


async def push(world: World, kind: str, file: bytes) -> httpx.Response:
    """Send a file to a gateway that is not killed."""
    headers = world.headers["source"] | {"Content-Type": kind}
    return await world.client.post(BATCH, content=file, headers=headers)


async def sending(
    port: int, world: World, kind: str, file: bytes, size: int
) -> tuple[StreamReader, StreamWriter]:
    """Send *size* bytes of a file to the gateway on *port*, and give the way to its answer."""
    reader, writer = await open_connection("127.0.0.1", port)
    key = world.headers["source"]["Authorization"]
    head = (
        f"POST /v1{BATCH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {key}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(file)}\r\n\r\n"
    )
    writer.write(head.encode() + file[:size])
    await writer.drain()
    return reader, writer


async def test_a_push_that_is_cut_off_leaves_nothing_and_again_stands_whole(
    world: World, owner: Database, round_id: int, url: str, tmp_path: Path
) -> None:
    before = {kind: write(said(date(2010 + at, 1, 1))) for at, (kind, write) in FILES}
    files = {kind: write(said(date(2020 + at, 1, 1))) for at, (kind, write) in FILES}
    port = free_port()
    with service_process("api", url, tmp_path / "log", "--port", str(port)) as gateway:
        await gateway.until_said("gateway listens")
        for kind, file in before.items():
            reader, writer = await sending(port, world, kind, file, len(file))
            assert await reader.read(1)  # the client goes in the middle of its answer
            writer.close()
        for kind, file in files.items():
            _, writer = await sending(port, world, kind, file, len(file) // 2)
            writer.close()
        async with halted(owner, POINTS[1], round_id):
            ways = [
                await sending(port, world, kind, file, len(file)) for kind, file in files.items()
            ]
            await until_blocked(owner)
            await gateway.kill()
            for _, writer in ways:
                writer.close()

    for (kind, file), point in product(files.items(), POINTS):
        async with halted(owner, point, round_id):
            pushing = create_task(push(world, kind, file))
            await until_blocked(owner)
            await rows(owner, CUT_OFF)
            assert (await pushing).status_code == 503
    assert await one(owner, "SELECT count(*) FROM submission") == len(before) * ROWS
    assert await one(owner, "SELECT count(*) FROM batch") == len(before)

    for kind, file in files.items():
        answers = [await push(world, kind, each) for each in (before[kind], file, file)]
        counts = [each.json()["counts"] for each in answers]
        found = [(each["created"], each["unchanged"]) for each in counts]
        assert found == [(0, ROWS), (ROWS, 0), (0, ROWS)]
    assert await one(owner, "SELECT count(*) FROM submission") == 2 * len(files) * ROWS
