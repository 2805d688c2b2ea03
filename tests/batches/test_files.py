"""Files of several formats pushed over HTTP: what is taken, unpacked and refused."""

import base64
import gzip
import hashlib
from datetime import date, timedelta

import httpx
import pytest

from api.http.paging import encode
from shared.batches.limits import MOST_BYTES, MOST_ROWS
from tests.batches.test_http import BATCH, BATCHES, codes
from tests.fixtures.http import problem, stored
from tests.fixtures.make import SCENES, STATIONS, World

HEADER = "applicant,measure,value,as_of"


async def send(world: World, body: bytes, kind: str, **headers: str) -> httpx.Response:
    """Send a file of this media type; it is taken as a whole."""
    sent = world.headers["source"] | {"Content-Type": kind} | headers
    return await world.client.post(BATCH, content=body, headers=sent)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ('"1,234"', "grouped-digits"),
        ('"1,5"', "decimal-comma"),
        ("１２３", "foreign-digits"),
        ("1e3", "exponent"),
        ("NaN", "not-finite"),
        ("", "value-missing"),
        ("=1+1", "formula"),
        (" 5", "space-around"),
        ("many", "not-a-number"),
        ("0.12345678901234567890", "number-not-exact"),
    ],
)
async def test_what_is_no_number_in_a_table_says_what_it_is(
    world: World, cell: str, code: str
) -> None:
    answer = await send(world, f"{HEADER}\nC1,{STATIONS},{cell},2026-06-01\n".encode(), "text/csv")

    (item,) = problem(answer, 422, "batch-rejected")["items"]
    assert item["line"] == 2
    assert codes(item) == [("/value", code)]


async def test_each_format_stores_the_same(world: World) -> None:
    sdmx = "STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA,INDICATOR,TIME_PERIOD,OBS_VALUE"
    said = f'{{"applicant": "C1", "measure": "{STATIONS}", "value": 5, "as_of": "2026-06-01"}}'
    files = {
        "application/json": f'{{"items": [{said}]}}',
        "application/jsonl": said,
        "text/csv; charset=utf-8": f"\ufeff{HEADER}\r\nC1,{STATIONS},5,2026-06-01\r\n",
        "application/vnd.sdmx.data+csv;version=2.0.0": f"{sdmx}\nd,X,M,C1,{STATIONS},2026-06-01,5",
    }
    answers = [(await send(world, body.encode(), kind)).json() for kind, body in files.items()]

    assert [each["items"][0]["result"] for each in answers] == ["created", *["unchanged"] * 3]
    assert len(await stored(world)) == 1


async def test_a_table_takes_values_back_and_says_codes(world: World) -> None:
    headers = world.headers["portal"] | {"Content-Type": "text/csv"}
    said = f"{HEADER},status\nC1,{SCENES},S1;S2,2026-06-01,\nC2,{SCENES},S1,2026-06-01,reported\n"
    await world.client.post(BATCH, content=said, headers=headers)
    back = f"{HEADER},status\nC2,{SCENES},,2026-06-01,withdrawn\n"

    answer = await world.client.post(BATCH, content=back, headers=headers)

    assert answer.json()["counts"]["revised"] == 1
    values = [each["value"] for each in await stored(world)]
    assert values == [["S1", "S2"], ["S1"], None]


async def test_a_packed_file_is_unpacked_within_bounds(world: World) -> None:
    said = f"{HEADER}\nC1,{STATIONS},5,2026-06-01\n".encode()
    packed = {"Content-Encoding": "gzip"}
    assert (await send(world, gzip.compress(said), "text/csv", **packed)).status_code == 200

    bomb = gzip.compress(b"x" * (MOST_BYTES // 2))
    problem(await send(world, bomb, "text/csv", **packed), 413, "body-too-large")
    problem(await send(world, b"no gzip", "text/csv", **packed), 400, "malformed-body")
    many = gzip.compress(b"{}\n" * 50_000)
    problem(await send(world, many, "application/jsonl", **packed), 413, "body-too-large")
    head, rest = said.split(b"\n", 1)
    parts = gzip.compress(head + b"\n") + gzip.compress(rest) + bytes(512)
    assert (await send(world, parts, "text/csv", **packed)).status_code == 200
    cut = gzip.compress(said)[:-9]
    problem(await send(world, cut, "text/csv", **packed), 400, "malformed-body")
    brotli = {"Content-Encoding": "br"}
    problem(await send(world, said, "text/csv", **brotli), 415, "unsupported-media-type")


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "text/csv; charset=gb18030",
        "text/csv; charset*=utf-8''utf-8",
        "application/xml",
        "",
    ],
)
async def test_another_media_type_is_refused_and_the_known_ones_are_named(
    world: World, kind: str
) -> None:
    document = problem(await send(world, b"{}", kind), 415, "unsupported-media-type")

    assert "application/jsonl" in document["detail"]


async def test_a_file_that_cannot_be_read_says_where(world: World) -> None:
    answer = await send(world, b'{"items": [\n1,]}', "application/json")

    document = problem(answer, 400, "file-unreadable")
    assert (document["line"], document["column"]) == (2, 3)
    assert (await world.call("source", "GET", BATCHES)).json()["items"] == []


async def test_a_file_has_at_most_so_many_rows(world: World) -> None:
    line = f"C1,{STATIONS},5,2026-06-01\n"
    body = f"{HEADER}\n{line * (MOST_ROWS + 1)}".encode()

    document = problem(await send(world, body, "text/csv"), 422, "too-many-rows")

    assert document["most"] == MOST_ROWS


async def test_a_file_of_as_many_rows_as_may_be_is_taken(world: World) -> None:
    days = [date(1900, 1, 1) + timedelta(days=at) for at in range(MOST_ROWS // 2)]
    lines = (f"{code},{STATIONS},5,{day}\n" for day in days for code in ("C1", "C2"))

    answer = await send(world, f"{HEADER}\n{''.join(lines)}".encode(), "text/csv")

    assert answer.json()["counts"]["created"] == MOST_ROWS
    assert len(answer.json()["items"]) == MOST_ROWS


@pytest.mark.parametrize("body", [b'{"items": []}', b'{"items": [], "more": 1}', b"[]", b"7"])
async def test_a_document_without_rows_is_refused(world: World, body: bytes) -> None:
    answer = await send(world, body, "application/json")

    assert answer.status_code in (400, 422)
    assert await stored(world) == []


async def test_a_digest_is_verified_of_the_bytes_that_were_sent(world: World) -> None:
    said = f"{HEADER}\nC1,{STATIONS},5,2026-06-01\n".encode()
    packed = gzip.compress(said)
    digest = base64.b64encode(hashlib.sha256(packed).digest()).decode()
    headers = {"Content-Encoding": "gzip", "Content-Digest": f"md5=:AA==:, sha-256=:{digest}:"}

    altered = await send(world, gzip.compress(said + b" "), "text/csv", **headers)
    problem(altered, 400, "malformed-body")
    for wrong in ("sha-256=:%:", "sha-256", "sha-256=:abc:", ""):
        answer = await send(world, said, "text/csv", **{"Content-Digest": wrong})
        problem(answer, 400, "malformed-body")
    assert await stored(world) == []
    assert (await send(world, packed, "text/csv", **headers)).status_code == 200


async def test_each_line_of_a_header_counts(world: World) -> None:
    said = f"{HEADER}\nC1,{STATIONS},5,2026-06-01\n".encode()
    base = [*world.headers["source"].items(), ("Content-Type", "text/csv")]
    digests = [("Content-Digest", "md5=:AAAA:"), ("Content-Digest", "sha-256=:AAAA:")]
    answer = await world.client.post(BATCH, content=said, headers=[*base, *digests])
    problem(answer, 400, "malformed-body")

    bad = said + f"C9,{STATIONS},5,2026-06-01\n".encode()
    for strict in (
        [("Prefer", "handling=strict, handling=lenient")],
        [("Prefer", "handling=strict"), ("Prefer", "handling=lenient")],
        [("Prefer", 'foo="a, handling=lenient"')],
    ):
        answer = await world.client.post(BATCH, content=bad, headers=[*base, *strict])
        problem(answer, 422, "batch-rejected")
    lenient = [("Prefer", 'respond-async; wait=10, Handling = "lenient"; x=1')]
    answer = await world.client.post(BATCH, content=bad, headers=[*base, *lenient])
    assert answer.status_code == 207


async def test_a_round_that_is_not_open_takes_no_file_of_bad_rows_either(world: World) -> None:
    await world.transition("closed")

    answer = await send(world, f"{HEADER}\nC1,{STATIONS},x,2026-06-01\n".encode(), "text/csv")

    problem(answer, 409, "round-not-open")
    assert (await world.call("source", "GET", BATCHES)).json()["items"] == []


@pytest.mark.parametrize("after", [2**31 - 1, 2**40, 2**62])
async def test_a_cursor_beyond_the_file_leads_to_nothing(world: World, after: int) -> None:
    said = f"{HEADER}\nC1,{STATIONS},5,2026-06-01\n".encode()
    batch = (await send(world, said, "text/csv")).json()["batch"]

    path = f"{BATCHES}/{batch}/items"
    answer = await world.call("source", "GET", path, cursor=encode(f"/v1{path}", after))

    assert answer.json()["items"] == []
