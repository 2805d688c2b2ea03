"""A push is repeated where that is safe and may help, and nowhere else."""

import asyncio
import base64
import csv
import hashlib
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina
import typer
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bench.stage import free_port
from cli.errors import CommandError
from cli.main import application
from cli.push import command
from cli.push.sending import ATTEMPTS, LONGEST_WAIT, Away, _again
from tests.fixtures.sockets import serving

HEADER = "applicant,measure,value,as_of"
ROW = "C1,stations,5,2026-06-01\n"
WHOLE = f"{HEADER}\n{ROW * 3}".encode()
COUNTS = {"created": 1, "revised": 0, "unchanged": 0, "rejected": 0}


def outcome(name: str, *items: dict[str, Any], batch: int = 1) -> Response:
    """Return what a gateway says of a batch."""
    document = {"batch": batch, "outcome": name, "counts": COUNTS, "greatest_submission": 1}
    return JSONResponse(document | {"items": items}, 422 if name == "none_committed" else 200)


@dataclass
class Scripted:
    """A gateway that gives these answers in turn, the last for ever; None breaks off."""

    answers: list[Response | None]
    bodies: list[bytes] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and keep what was sent."""
        request = Request(scope, receive)
        self.bodies.append(await request.body())
        self.digests.append(request.headers["content-digest"])
        self.keys.append(request.headers["idempotency-key"])
        answer = self.answers[min(len(self.bodies), len(self.answers)) - 1]
        if answer is None:
            raise ConnectionError
        await answer(scope, receive, send)


@asynccontextmanager
async def scripted(*answers: Response | None) -> AsyncIterator[tuple[Scripted, str]]:
    """Serve a scripted gateway; give it and its address."""
    gateway = Scripted([*answers])
    async with serving(gateway) as served:
        yield gateway, f"http://127.0.0.1:{served.port}"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a file of three rows; a piece has one."""
    monkeypatch.setenv("PILOTZONE_KEY", "any")
    path = tmp_path / "counts.csv"
    path.write_bytes(WHOLE)
    return path


async def push(file: Path, url: str, *options: str) -> int:
    """Push without waiting between tries; return the exit status."""
    push = typer.main.get_command(application("push"))
    arguments = ["push", str(file), "--round=R", f"--url={url}", *options]
    with stamina.set_testing(True, attempts=ATTEMPTS, cap=True):
        status: int = await asyncio.to_thread(push, arguments, standalone_mode=False)
    return status


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_what_passes_is_waited_for_and_the_same_is_sent_again(
    file: Path, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    busy = JSONResponse({"detail": "busy"}, status, {"Retry-After": "1"})
    async with scripted(busy, busy, outcome("all_committed")) as (gateway, url):
        assert await push(file, url) == 0

    assert gateway.bodies == [WHOLE] * 3
    digest = base64.b64encode(hashlib.sha256(WHOLE).digest()).decode()
    assert gateway.digests == [f"sha-256=:{digest}:"] * 3
    said = capsys.readouterr().err.splitlines()
    assert [each.partition(":")[0] for each in said] == [
        f"no answer (status {status})",
        f"no answer (status {status})",
        "all_committed",
    ]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 413, 415, 422, 500])
async def test_what_will_not_pass_is_not_sent_again(file: Path, status: int) -> None:
    errors = [{"pointer": "/query/x", "code": "x", "detail": "Not so."}]
    async with scripted(JSONResponse({"detail": "no", "errors": errors}, status)) as (gateway, url):
        with pytest.raises(CommandError, match=rf"^{status}: no; /query/x Not so\.$"):
            await push(file, url)

    assert len(gateway.bodies) == 1


async def test_an_answer_of_something_else_is_said_as_such(file: Path) -> None:
    for answer in (Response("<html>", 200), JSONResponse([], 200)):
        async with scripted(answer) as (_, url):
            with pytest.raises(CommandError, match=r"^200: OK$"):
                await push(file, url)


async def test_a_connection_that_breaks_is_tried_again(file: Path) -> None:
    async with asyncio.timeout(30):
        async with broken(2) as (tried, url):
            assert await push(file, url) == 0

    assert len(tried) == 3


@asynccontextmanager
async def broken(times: int) -> AsyncIterator[tuple[list[int], str]]:
    """Serve a gateway that closes so many connections mid-way and then stores all."""
    tried: list[int] = []
    body = b'{"batch":1,"outcome":"all_committed","counts":{},"greatest_submission":1,"items":[]}'

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tried.append(1)
        await reader.readuntil(b"\r\n\r\n")
        if len(tried) > times:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        yield tried, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_after_so_many_tries_it_gives_up(file: Path) -> None:
    busy = JSONResponse({"detail": "busy"}, 503)
    async with scripted(busy) as (gateway, url):
        with pytest.raises(CommandError, match=r"^503: busy: push it again later$"):
            await push(file, url)

    assert len(gateway.bodies) == ATTEMPTS


async def test_where_nothing_listens_it_says_so(file: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"

    with pytest.raises(CommandError, match=f"^{url} does not answer: "):
        await push(file, url)


@pytest.mark.parametrize(
    ("named", "again"),
    [("30", 30.0), ("1", True), ("99999", LONGEST_WAIT), ("9" * 400, True), ("Fri, 1", True)],
)
def test_it_waits_as_long_as_it_is_asked_to_within_reason(named: str, again: float) -> None:
    assert _again(Away(httpx.Response(503, headers={"Retry-After": named}))) == again


REJECTED = {
    "index": 0,
    "line": 2,
    "result": "rejected",
    "errors": [{"pointer": "/value", "code": "not-whole", "detail": "No."}],
}


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        (["all_committed"] * 3, 0),
        (["none_committed"] * 3, 4),
        (["all_committed", "none_committed", "all_committed"], 3),
        (["none_committed", "partial", "none_committed"], 3),
    ],
)
async def test_the_status_says_what_became_of_all_pieces(
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    outcomes: list[str],
    status: int,
) -> None:
    monkeypatch.setattr(command, "MOST_ROWS", 1)
    answers = [
        outcome(each, *([] if each == "all_committed" else [REJECTED]), batch=at)
        for at, each in enumerate(outcomes, 1)
    ]
    async with scripted(*answers) as (gateway, url):
        assert await push(file, url) == status

    assert gateway.bodies == [f"{HEADER}\n{ROW}".encode()] * 3
    said = capsys.readouterr()
    refused = [int(each["line"]) for each in csv.DictReader(io.StringIO(said.out))]
    assert refused == [at for at, each in enumerate(outcomes, 2) if each != "all_committed"]
    assert [each.partition(":")[0] for each in said.err.splitlines()] == outcomes
    assert "/v1/rounds/R/batches/3, wait_for=1)" in said.err


async def test_what_was_answered_is_said_though_a_later_piece_fails(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "MOST_ROWS", 1)
    gone = JSONResponse({"detail": "closed"}, 409)
    async with scripted(outcome("partial", REJECTED), gone) as (_, url):
        with pytest.raises(CommandError, match=r"^409: closed$"):
            await push(file, url, "--lenient")

    said = capsys.readouterr()
    assert said.out == f"line,pointer,code,detail,{HEADER}\n2,/value,not-whole,No.,{ROW}"
    assert said.err.splitlines()[-1] == "1 of 3 pieces were answered"


async def test_remarks_are_said_once_with_the_first_places_and_the_status_stays_0(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = {"pointer": "/as_of", "code": "after-reference-date", "detail": "Too late."}
    tenfold = {"pointer": "/value", "code": "tenfold", "detail": "Ten times."}
    held = {"pointer": "/value", "code": "above-plausible", "detail": "Too large."}
    said = [[late]] * 22 + [[held, tenfold]]
    items = [
        {"index": at, "line": at + 2, "result": "created", "id": at, "warnings": warnings}
        for at, warnings in enumerate(said)
    ]
    items[-1]["set_aside"] = "above-plausible"
    async with scripted(outcome("all_committed", *items)) as (_, url):
        assert await push(file, url) == 0

    _, count, aside, _, heading, *remarks = capsys.readouterr().err.splitlines()
    assert count == "rows that were taken and do not count: 1"
    assert aside == "  line 24: above-plausible: Too large."
    assert heading == "remarks on rows that were taken, which change nothing:"
    places = ", ".join(f"line {at}" for at in range(2, 22))
    assert remarks == [
        f"  after-reference-date: Too late. {places} and 2 more",
        "  tenfold: Ten times. line 24",
    ]
