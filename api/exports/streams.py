"""Answers that are made while they are sent: a page is read when the one before it is written.

Whatever ends one, the client's leaving included, closes what it has open. One that fails after it
has begun is broken off: its last chunk never comes, so that nobody takes it for a whole.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from functools import partial
from typing import TypeVar

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.exports.formats.workbook import SheetFile
from api.exports.tables import Page, Table

RENDERING = ThreadPoolExecutor(1, "export")
"""Pages become bytes here, one at a time: each takes some tens of milliseconds."""

SHEETS = ThreadPoolExecutor(1, "export-sheet")
"""Workbooks are written here. Putting a large one together takes seconds, in which other exports go
on; and what takes one away comes after all that was asked of it before."""

PIECE = 256 * 1024

Made = TypeVar("Made")


class Streamed(StreamingResponse):
    """Sends *pieces*; nothing is sent before the first is there, so that a refusal can be."""

    def __init__(
        self, pieces: AsyncGenerator[bytes, None], media_type: str, headers: dict[str, str]
    ) -> None:
        """Take over *pieces*."""
        super().__init__(pieces, headers=headers, media_type=media_type)
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        async with aclosing(self._pieces):
            await super().__call__(scope, receive, send)

    async def stream_response(self, send: Send) -> None:
        """Send what there is."""
        piece = await anext(self._pieces, b"")
        head = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **head})
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        async for piece in self._pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def nothing() -> AsyncGenerator[bytes, None]:
    """Yield what is sent to HEAD."""
    yield b""


async def text(
    table: Table[Page], head: bytes, lines: Callable[[Table[Page], Page], bytes]
) -> AsyncGenerator[bytes, None]:
    """Yield the *head* and then the *lines* of each page; the first piece has some, if any are."""
    async with aclosing(table.pages) as pages:
        async for page in pages:
            yield head + await _aside(RENDERING, partial(lines, table, page))
            head = b""
    if head:
        yield head


async def sheet(table: Table[Page], name: str) -> AsyncGenerator[bytes, None]:
    """Yield a workbook with one sheet of this *name*, once all of it is written."""
    made = SheetFile(name)
    try:
        await _aside(SHEETS, partial(made.begin, table.columns))
        async with aclosing(table.pages) as pages:
            async for page in pages:
                await _aside(SHEETS, partial(_append, made, table, page))
        whole = await _aside(SHEETS, made.finish)
        while piece := await _aside(SHEETS, partial(whole.read, PIECE)):
            yield piece
    finally:
        SHEETS.submit(made.close)


def _append(made: SheetFile, table: Table[Page], page: Page) -> None:
    made.append(table.rows(page))


async def _aside(where: ThreadPoolExecutor, work: Callable[[], Made]) -> Made:
    return await asyncio.get_running_loop().run_in_executor(where, work)
