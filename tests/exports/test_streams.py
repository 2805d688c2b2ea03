"""Exports on a real connection: broken off rather than cut short, and nothing left behind."""

import asyncio
import socket
import struct
import tempfile
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from threading import Event

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from api.exports.formats import csv_lines
from api.exports.streams import SHEETS, Streamed, sheet, text
from api.exports.tables import Row, Table
from tests.fixtures.sockets import GET, LONG, serving

Pages = AsyncGenerator[list[Row], None]
LAST_CHUNK = b"0\r\n\r\n"


def app(pages: Callable[[], Pages], form: str = "csv") -> ASGIApp:
    """Return an application that exports *pages*."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        table = Table(("a",), pages(), iter, lambda _: iter(()))
        head = csv_lines.head(table.columns)
        pieces = text(table, head, csv_lines.lines) if form == "csv" else sheet(table, "test")
        await Streamed(pieces, "text/csv", {})(scope, receive, send)

    return answer


async def _two() -> Pages:
    yield [["x"]]
    yield [["y"]]


async def _failing() -> Pages:
    yield [["x"]]
    raise RuntimeError


def within(folder: Path) -> list[Path]:
    """Return what is in *folder*."""
    return list(folder.iterdir())


async def test_a_whole_export_has_its_last_chunk() -> None:
    async with serving(app(_two)) as served:
        client = await served.connect()
        await client.say(GET, b"Connection: close\r\n\r\n")
        answer = await client.rest()
    assert b"x\r\n" in answer
    assert answer.endswith(LAST_CHUNK)


async def test_an_export_that_fails_is_broken_off() -> None:
    """Its last chunk is missing, so that no client takes it for whole."""
    async with serving(app(_failing)) as served:
        client = await served.connect()
        await client.say(GET, b"\r\n")
        answer = await client.rest()
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"x\r\n" in answer
    assert not answer.endswith(LAST_CHUNK)


async def test_a_workbook_that_fails_was_never_begun() -> None:
    async with serving(app(_failing, "xlsx")) as served:
        client = await served.connect()
        await client.say(GET, b"\r\n")
        answer = await client.rest()
    assert answer.startswith(b"HTTP/1.1 500")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_nothing_is_left_of_an_export_whose_client_has_gone(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    begun, ended = Event(), Event()

    async def endless() -> Pages:
        try:
            while True:
                yield [["x" * 1000]] * 100
                await asyncio.sleep(0)
                begun.set()
        finally:
            ended.set()

    async with serving(app(endless, form)) as served:
        client = await served.connect()
        await client.say(GET, b"\r\n")
        assert await asyncio.to_thread(begun.wait, LONG)
        assert (form == "xlsx") == bool(within(tmp_path))

        connection = client.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.writer.transport.abort()

        assert await asyncio.to_thread(ended.wait, LONG)
    await asyncio.to_thread(SHEETS.submit(bool).result)
    assert within(tmp_path) == []
