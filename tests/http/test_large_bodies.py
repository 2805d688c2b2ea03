"""Large bodies: bounded for each operation and together, and none holds up the others."""

import asyncio
import gc
import json
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from typing import Any

import pytest

from api.http.bodies import MOST_DEPTH, MOST_ELEMENTS, SMALL, decode
from api.http.problems import MalformedBody
from shared.database import Database
from shared.process import lifecycle
from tests.fixtures.http import SUBMISSIONS, gateway, problem, stored
from tests.fixtures.make import MARK, STATIONS, World

BATCH = f"{SUBMISSIONS}/batch"
ROW = {"applicant": "C1", "measure": STATIONS, "value": 1, "as_of": "2026-06-01"}
JSON = {"Content-Type": "application/json"}
MIB = 1024 * 1024
ROOM = 2**14
"""For what the few rows become."""


async def test_a_single_submission_is_small(world: World) -> None:
    body = json.dumps(ROW).encode().ljust(SMALL + 1)
    headers = JSON | world.headers["source"]

    refused = await world.client.post(SUBMISSIONS, content=body, headers=headers)
    taken = await world.client.post(SUBMISSIONS, content=body[:SMALL], headers=headers)

    assert problem(refused, 413, "body-too-large")["most"] == SMALL
    assert taken.status_code == 201


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        ("admin", "POST", "/rounds"),
        ("admin", "POST", f"{SUBMISSIONS.removesuffix('/submissions')}/transitions"),
        ("portal", "POST", "/applicants"),
        ("portal", "PATCH", "/applicants/C1"),
        ("portal", "PUT", f"{SUBMISSIONS.removesuffix('/submissions')}/entries/C1"),
        ("admin", "PUT", f"/rounds/R2026/adjudications/C1/{MARK}"),
    ],
)
async def test_other_small_operations_take_small_bodies(
    world: World, role: str, method: str, path: str
) -> None:
    answer = await world.client.request(
        method, path, content=b" " * (SMALL + 1), headers=JSON | world.headers[role]
    )

    problem(answer, 413, "body-too-large")


TOO_MUCH: dict[str, Callable[[], bytes]] = {
    "members": lambda: json.dumps({str(at): at for at in range(MOST_ELEMENTS + 1)}).encode(),
    "numbers": lambda: b"[" + b"1," * MOST_ELEMENTS + b"1]",
    "texts": lambda: b"[" + b'"",' * 2 * MOST_ELEMENTS + b'""]',
    "objects": lambda: b"[" + b"{}," * MOST_ELEMENTS + b"{}]",
    "lists in lists": lambda: b"[" * 4 * MIB,
    "levels": lambda: b"[" * (MOST_DEPTH + 1) + b"]" * (MOST_DEPTH + 1),
    "marks": lambda: b'"' * 8 * MIB,
    "digits": lambda: b"1" * 8 * MIB,
    "backslashes": lambda: b'"' + b"\\" * (8 * MIB + 1) + b'u0000"',
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_what_would_become_too_much_is_refused_before_it_is_read(what: str) -> None:
    body = TOO_MUCH[what]()
    begin = time.process_time()

    with pytest.raises(MalformedBody):
        decode(body)

    assert time.process_time() - begin < 1  # reading them took from 2 to 50 s


def test_commas_and_brackets_in_texts_are_text() -> None:
    text = '[{,"\\' * MOST_ELEMENTS

    assert decode(json.dumps([text, "\\"]).encode()) == [text, "\\"]
    assert decode(b"[" * MOST_DEPTH + b"]" * MOST_DEPTH)[0]


def test_of_many_numbers_that_cannot_be_kept_the_first_are_named() -> None:
    body = b"[" + b"0.1234567890123456," * 100_000 + b"1]"

    with pytest.raises(MalformedBody) as refused:
        decode(body)

    assert len(refused.value.findings) == 1_000
    assert refused.value.findings[-1].pointer == "/999"


async def test_an_answer_names_no_more_rows_at_fault_than_it_may(world: World) -> None:
    wrong = {f"m{at}": 0 for at in range(16)}
    items = [ROW | wrong for _ in range(1_500)]

    answer = await world.call("source", "POST", BATCH, {"items": items})

    document = problem(answer, 422, "batch-rejected")
    assert document["counts"]["rejected"] == 1_500
    assert len(document["items"]) == len(document["errors"]) == 1_000
    assert "rest" in answer.links
    assert len(answer.content) < 1_000_000


async def test_bodies_beyond_what_the_process_holds_are_asked_for_later(
    world: World, database: Database
) -> None:
    """And as soon as the others are answered there is room again; small ones never wait."""
    half, rest = asyncio.Event(), asyncio.Event()
    body = json.dumps({"items": [ROW]}).encode().ljust(MIB)
    headers = JSON | world.headers["source"]

    async def slowly() -> AsyncIterator[bytes]:
        yield body[: MIB // 2]
        half.set()
        await rest.wait()
        yield body[MIB // 2 :]

    async with gateway(database, max_bodies=MIB + ROOM) as client:
        slow = asyncio.create_task(client.post(BATCH, content=slowly(), headers=headers))
        await half.wait()
        refused = await client.post(BATCH, content=body, headers=headers)
        small = await client.post(SUBMISSIONS, content=json.dumps(ROW), headers=headers)
        rest.set()
        assert (await slow).status_code == 200
        for _ in range(3):
            again = await client.post(BATCH, content=body, headers=headers)
            assert again.status_code == 200
            malformed = await client.post(BATCH, content=body[1:], headers=headers)
            problem(malformed, 400, "file-unreadable")

    problem(refused, 503, "unavailable")
    assert refused.headers["retry-after"]
    assert small.status_code == 201
    assert len(await stored(world)) == 1


def rows(count: int, **more: Any) -> bytes:
    """Return a batch of so many rows."""
    row = ROW | more
    first = date(2000, 1, 1)
    items = [row | {"as_of": (first + timedelta(at)).isoformat()} for at in range(count)]
    return json.dumps({"items": items}).encode()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "members": lambda: json.dumps(
        {"items": [dict.fromkeys(map(str, range(110_000)), "x")]}
    ).encode(),
    "numbers": lambda: b'{"items": [' + b"1.5," * 110_000 + b"1]}",
    "long numbers": lambda: b'{"items": [' + b"0.1234567890123456," * 110_000 + b"1]}",
    "texts": lambda: b'{"items": [' + b'"a",' * 110_000 + b"1]}",
    "one text": lambda: b'{"items": ["' + b"x" * 8_000_000 + b'"]}',
    "escapes": lambda: b'{"items": ["' + b"\\u00e9" * 1_300_000 + b'"]}',
    "pairs": lambda: b'{"items": ["' + b"\\ud83d\\ude00" * 650_000 + b'"]}',
    "rows that are wrong": lambda: rows(8_000, **{f"m{at}": 0 for at in range(9)}),
    "rows": lambda: rows(10_000),
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_no_body_holds_up_the_others(world: World, what: str) -> None:
    body, longest, done = HOSTILE[what](), 0.0, False
    lifecycle.built()  # as a gateway does: else garbage is looked for among all of pytest's

    async def beat() -> None:
        nonlocal longest
        while not done:
            begin = time.process_time()
            await asyncio.sleep(0)
            longest = max(longest, time.process_time() - begin)

    beating = asyncio.create_task(beat())
    answer = await world.client.post(BATCH, content=body, headers=JSON | world.headers["source"])
    done = True
    await beating
    assert answer.status_code in (200, 400, 422)
    assert longest < 0.5  # seconds of this process: alone it is less than 0.05


KEPT: dict[str, Callable[[], bytes]] = {
    "digits": lambda: b"1" * 4 * MIB,
    "a number in a row": lambda: b'{"items": [' + b"1" * 4 * MIB + b"]}",
    "not JSON": lambda: b'{"items": ["' + b"x" * 4 * MIB,
    "a text": lambda: b'{"items": ["' + b"x" * 4 * MIB + b'"]}',
    "not a batch": lambda: b'["' + b"x" * 4 * MIB + b'"]',
}


@pytest.mark.parametrize("what", KEPT)
async def test_a_body_is_gone_once_it_was_answered(world: World, what: str) -> None:
    """And not with the next collection of garbage, before which hundreds may have come."""
    body, headers = KEPT[what](), JSON | world.headers["source"]
    held = []
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        for _ in range(6):
            answer = await world.client.post(BATCH, content=body, headers=headers)
            assert answer.status_code in (200, 400, 422)
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
        gc.enable()
    assert held[-1] - held[0] < 4 * len(body)  # some may be on the way out; they were twenty
