"""A gateway's process: what hostile connections cost it, and how many files it may open."""

import asyncio
import re
import resource
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from api.__main__ import FILES, connections_within_files
from bench.stage import free_port
from shared.settings import Settings
from tests.fixtures.sockets import Client
from tests.worker.processes import ServiceProcess, service_process

MB = 1_000_000
GET = b"GET / HTTP/1.1\r\nHost: test\r\n"


@pytest.fixture
async def gateway(url: str, tmp_path: Path) -> AsyncIterator[tuple[ServiceProcess, int]]:
    """Give a gateway that answers, and its port."""
    port = free_port()
    with service_process("api", url, tmp_path / "log", "--port", str(port)) as started:
        await started.until_said("gateway listens")
        yield started, port


def peak(process: ServiceProcess) -> int:
    """Return the most memory that a process has held, in bytes."""
    status = Path(f"/proc/{process.process.pid}/status").read_text()
    (kilobytes,) = re.findall(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(kilobytes) * 1024


ENDLESS = {
    "one field": (GET + b"a: ", b"b"),
    "the target": (b"GET /", b"b"),
    "fields": (GET, b"a:b\r\n"),
    "blank lines": (b"", b"\r\n"),
    "requests": (b"", b"GET / HTTP/1.1\r\n\r\n"),
    "trailers": (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"a:b\r\n"),
}


async def test_ten_endless_heads_of_ten_megabytes_cost_little(
    gateway: tuple[ServiceProcess, int],
) -> None:
    process, port = gateway

    async def press(begin: bytes, drop: bytes) -> None:
        client = Client(*await asyncio.open_connection("127.0.0.1", port))
        pieces = [drop * (100_000 // len(drop))] * 100
        await client.say(begin, *pieces)
        await client.rest()

    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as ordinary:
        assert (await ordinary.get("/health/live")).status_code == 200
        for kind in ENDLESS.values():
            await press(*kind)  # what is loaded or pooled at the first time is not of the ten
        before = peak(process)
        for kind in ENDLESS.values():
            await asyncio.gather(*(press(*kind) for _ in range(10)))
            assert (await ordinary.get("/health/live")).status_code == 200
        assert peak(process) - before < 5 * MB


def test_more_files_may_be_opened_than_the_usual_limit_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raised: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: raised.append(limits))
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 4096))

    assert connections_within_files(Settings(max_connections=2000)).max_connections == 2000
    assert raised == [(2000 + 10 + FILES, 4096)]


def test_where_few_files_may_be_opened_fewer_connections_are_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raised: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: raised.append(limits))
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 512))

    assert connections_within_files(Settings()).max_connections == 512 - 10 - FILES
    assert raised == [(512, 512)]
