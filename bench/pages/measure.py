"""(m) The board: its ranking beside the JSON of the same places, under the same load.

Kept: asked for again and again; fresh: the first that is asked for after a run. What a browser
fetches that has nothing yet is the page and all that the page names, compressed. Then a browser
itself, and a thousand who hold a stream each.
"""

import asyncio
import gzip
import re
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from rich.console import Console

from bench.load import Rate, answer, beside, rates, request, table
from bench.pages import painting, viewers
from bench.stage import Round, Stage, answering, free_port, process
from shared.sessions import service as sessions
from web.cookies import SECURE

SIZES = (100, 3_000)
CLIENTS = (1, 8, 32)
TIMES = 5
NAMED = re.compile(rb'(?:href|src)="(/board/assets/[^"]+)"')


@dataclass(frozen=True)
class Board:
    """What a page costs.

    *kept* by number of clients: the JSON's rate and the page's; *fresh* in milliseconds by
    applicants of the round: the JSON's first answer after a run and the page's; *cold* in bytes and
    requests: what a browser fetches that has nothing yet.
    """

    kept: dict[int, tuple[Rate, Rate]]
    fresh: dict[int, tuple[float, float]]
    cold: tuple[int, int]


async def show(console: Console, on: Stage, wanted: str, seconds: float, logs: Path) -> None:
    """Print what pages cost, if that is *wanted*."""
    if "m" not in wanted:
        return
    found = await measure(on, [await on.filled(each) for each in SIZES], seconds, logs)
    console.print(rates("(m) the board's ranking, kept (floor: its JSON)", found.kept))
    size, requests = found.cold
    fresh = table(
        "(m) the first ranking after a run, milliseconds (floor: its JSON)",
        *("applicants", "floor", "ours", "ratio"),
    )
    for applicants, (json, page) in found.fresh.items():
        fresh.add_row(f"{applicants:,}", f"{json:.1f}", f"{page:.1f}", f"{page / json:.2f}")
    console.print(fresh)
    console.print(f"(m) {size / 1024:.1f} KiB in {requests} requests for who has nothing yet")
    await _looked_at(console, on, logs)


async def _looked_at(console: Console, on: Stage, logs: Path) -> None:
    """Print what browsers see: one, and many who hold a stream each."""
    round_, token = await on.filled(SIZES[0]), await _token(on)
    painted = await painting.measure(on, round_, token, logs)
    shown = "no browser: see make browser" if painted is None else f"{painted:.0f} ms"
    console.print(f"(m) first paint of the ranking, of {painting.TIMES} the median: {shown}")
    seen = await viewers.measure(on, round_, token, logs)
    console.print(
        f"(m) {seen.viewers:,} streams: the first is told of a run {seen.first_ms:.0f} ms after its"
        f" value was sent, the last {seen.last_ms:.0f} ms; {seen.kilobytes_each:.0f} KB each"
    )


async def measure(stage: Stage, rounds: list[Round], seconds: float, logs: Path) -> Board:
    """Return what the pages of these *rounds* cost; the first is pressed."""
    token = await _token(stage)
    port = free_port()
    command = ("api", "--port", str(port))
    with process(stage.url, logs / "board.log", *command) as gateway:
        await answering(port, gateway)
        fresh = {each.applicants: await _fresh(stage, each, port, token) for each in rounds}
        ways = port, partial(_always, _json(stage, rounds[0]))
        page = port, partial(_always, _page(rounds[0], token))
        kept = {clients: await beside(ways, page, clients, seconds) for clients in CLIENTS}
        cold = await _cold(port, _page(rounds[0], token, gzip.__name__), token)
    return Board(kept, fresh, cold)


async def _token(stage: Stage) -> str:
    """Return what the cookie of a new session says."""
    async with stage.database.session() as session:
        begun = await sessions.begin(session, "bench", stage.portal, timedelta(hours=1))
    assert begun is not None
    return begun.token


def _always(sent: bytes, _: int) -> bytes:
    return sent


def _json(stage: Stage, round_: Round) -> bytes:
    path = f"/v1/rounds/{round_.code}/scores?cohort=county&limit=100"
    return request("GET", path, stage.portal)


def _page(round_: Round, token: str, coding: str = "") -> bytes:
    return _with_cookie(f"/board/rounds/{round_.code}?cohort=county", token, coding)


def _with_cookie(path: str, token: str, coding: str = "") -> bytes:
    sent = request("GET", path).removesuffix(b"\r\n")
    accepted = f"Accept-Encoding: {coding}\r\n" if coding else ""
    return sent + f"Cookie: {SECURE}={token}\r\n{accepted}\r\n".encode()


async def _fresh(stage: Stage, round_: Round, port: int, token: str) -> tuple[float, float]:
    """Return the median milliseconds of the first JSON after a run, and of the first page."""
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(TIMES):
        await stage.run_anew(round_)
        for sent, times in zip((_json(stage, round_), _page(round_, token)), took, strict=True):
            times.append(await _once(port, sent))
    json, page = (sorted(times)[TIMES // 2] for times in took)
    return json, page


async def _once(port: int, sent: bytes) -> float:
    """Return the milliseconds until one request is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.perf_counter()
    writer.write(sent)
    await answer(reader)
    took = time.perf_counter() - began
    writer.close()
    return took * 1e3


async def _cold(port: int, page: bytes, token: str) -> tuple[int, int]:
    """Return how many bytes, heads included, and requests a page is with all that it names."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    names: set[bytes] = set()
    total = requests = 0
    waiting = [page]
    while waiting:
        writer.write(waiting.pop())
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        body = await reader.readexactly(int(length[1]) if length else 0)
        total, requests = total + len(head) + len(body), requests + 1
        plain = gzip.decompress(body) if b"content-encoding: gzip" in head.lower() else body
        for each in set(NAMED.findall(plain)) - names:
            names.add(each)
            waiting.append(_with_cookie(each.decode(), token, gzip.__name__))
    writer.close()
    return total, requests
