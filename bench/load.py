"""Load from one process: closed-loop clients that cost little themselves; rates as tables."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from rich.table import Table

Request = Callable[[int], bytes]
Take = Callable[[asyncio.StreamReader], Awaitable[bytes]]


@dataclass(frozen=True)
class Rate:
    """What a server did under load: answers per second, and times of an answer in milliseconds."""

    per_second: float
    median_ms: float
    p99_ms: float


def request(
    method: str, path: str, key: str = "", body: bytes = b"", if_none_match: str = ""
) -> bytes:
    """Return an HTTP/1.1 request on a connection that stays open."""
    head = [f"{method} {path} HTTP/1.1", "Host: bench", f"Content-Length: {len(body)}"]
    head += ["Content-Type: application/json"] if body else []
    head += [f"Authorization: Bearer {key}"] if key else []
    head += [f"If-None-Match: {if_none_match}"] if if_none_match else []
    return "\r\n".join([*head, "", ""]).encode() + body


async def answer(reader: asyncio.StreamReader) -> bytes:
    """Read one answer and return its body; 304 has none. Raises: RuntimeError if it is refused."""
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 304" in head[:13]:
        return b""
    if b" 20" not in head[:13]:
        raise RuntimeError(head.decode())
    return await _rest(reader, head)


async def whatever(reader: asyncio.StreamReader) -> bytes:
    """Read one answer, be it a success or a refusal, and return its body."""
    return await _rest(reader, await reader.readuntil(b"\r\n\r\n"))


async def _rest(reader: asyncio.StreamReader, head: bytes) -> bytes:
    lower = head.lower()
    at = lower.index(b"content-length:") + len(b"content-length:")
    return await reader.readexactly(int(lower[at : lower.index(b"\r", at)]))


SLICES = 5


async def beside(
    floor: tuple[int, Request], ours: tuple[int, Request], clients: int, seconds: float
) -> tuple[Rate, Rate]:
    """Press the floor's port and ours, for *seconds* each, and return what either did.

    They take turns, so that what else the machine does meanwhile falls on both.
    """
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(SLICES):
        for (port, build), its in zip((floor, ours), times, strict=True):
            its.extend(await press(port, build, clients, seconds / SLICES))
    first, second = (Rate(clients * len(its) / sum(its), *milliseconds(its)) for its in times)
    return first, second


async def press(
    port: int, build: Request, clients: int, seconds: float, take: Take = answer
) -> list[float]:
    """Send what *build* makes of a running number, from *clients* at once, for *seconds*.

    Returns the seconds that each answer took.
    """
    times: list[float] = []
    sent = 0
    begin = time.perf_counter()

    async def one() -> None:
        nonlocal sent
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (start := time.perf_counter()) < begin + seconds:
            sent += 1
            writer.write(build(sent))
            await take(reader)
            times.append(time.perf_counter() - start)
        writer.close()

    await asyncio.gather(*(one() for _ in range(clients)))
    return times


def milliseconds(times: list[float]) -> tuple[float, float]:
    """Return median and 99th percentile of *times*, given in seconds, in milliseconds."""
    times = sorted(times)
    return times[len(times) // 2] * 1e3, times[int(len(times) * 0.99)] * 1e3


def table(title: str, *headings: str) -> Table:
    """Return an empty table of numbers."""
    made = Table(title=title, title_justify="left")
    for heading in headings:
        made.add_column(heading, justify="right")
    return made


def rates(
    title: str, measured: Mapping[int, tuple[Rate, Rate]] | Mapping[str, tuple[Rate, Rate]]
) -> Table:
    """Show rates beside their floors."""
    shown = table(
        title,
        "clients",
        "floor /s",
        "ours /s",
        "ratio",
        "floor p99 ms",
        "ours p50 ms",
        "ours p99 ms",
    )
    for clients, (floor, ours) in measured.items():
        shown.add_row(
            str(clients),
            f"{floor.per_second:,.0f}",
            f"{ours.per_second:,.0f}",
            f"{ours.per_second / floor.per_second:.2f}",
            f"{floor.p99_ms:.1f}",
            f"{ours.median_ms:.1f}",
            f"{ours.p99_ms:.1f}",
        )
    return shown
