"""Request bodies: what cannot be kept exactly is refused, and changes nothing."""

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.types import Message
from structlog.testing import capture_logs

from api.app import create_app
from api.http.bodies import decode
from api.http.problems import MalformedBody
from shared.database import Database
from shared.settings import Settings
from tests.fixtures.http import SUBMISSIONS, digest, findings, gateway, problem, stored
from tests.fixtures.make import STATIONS, World

ROW = {"applicant": "C1", "measure": STATIONS, "value": 1, "as_of": "2026-06-01"}


async def post(
    world: World, body: bytes | str | AsyncIterator[bytes], **headers: str
) -> httpx.Response:
    """Send *body* as it is to the submissions."""
    sent = {"Content-Type": "application/json"} | headers | world.headers["source"]
    return await world.client.post(SUBMISSIONS, content=body, headers=sent)


def with_value(value: str) -> str:
    """Return a submission whose value is this JSON."""
    return json.dumps(ROW).replace('"value": 1', f'"value": {value}')


NOT_EXACT = {
    "more digits than a double has": "1234567890.12345678",
    "a whole number that no double is": "9007199254740993",
    "18 digits and zeros": "12345678901234567800",
    "more digits than a double says": "0.12345678901234567890",
    "beyond a double": "1e309",
    "far beyond": "1e999999999",
    "400 digits": "1" + "0" * 400,
    "5000 digits": "1" + "0" * 5000,
    "below a double": "1e-400",
    "digits lost below": "1.23456789012345e-320",
}
NOT_JSON = {
    "NaN": "NaN",
    "Infinity": "Infinity",
    "-Infinity": "-Infinity",
    "a plus sign": "+1",
    "a leading zero": "01",
    "a bare point": ".5",
    "hexadecimal": "0x10",
    "single quotes": "'A'",
    "nothing": "",
    "a trailing comma": "[1,]",
    "a control character": '"a\nb"',
    "a NUL": '"\\u0000"',
    "a NUL among others": '"a\\\\\\u0000b"',
    "a raw NUL": '"\x00"',
    "a high surrogate": '"\\ud800"',
    "a low surrogate": '"\\udc00"',
    "surrogates turned round": '"\\udc00\\ud800"',
    "a member twice": '1, "value": 1',
    "a member twice inside": '{"a": 1, "a": 1}',
    "too deep": "[" * 7_000 + "]" * 7_000,
    "too deep for objects": '{"a":' * 2_000 + "1" + "}" * 2_000,
    "never closed": "[" * 14_000,
}


async def test_what_is_not_exact_or_not_json_is_refused(world: World) -> None:
    for what, value in (NOT_EXACT | NOT_JSON).items():
        document = problem(await post(world, with_value(value)), 400, "malformed-body")
        assert document["detail"], what
    assert await stored(world) == []


async def test_a_number_that_a_double_says_again_is_kept(world: World) -> None:
    """Other programs print up to 17 digits, which mean the double that they hold."""
    said = {1: "1234567890123456", 2: "12345678901234560000", 3: "1e3", 4: "5.0"}
    for day, value in said.items():
        body = with_value(value).replace("2026-06-01", f"2026-06-0{day}")
        assert (await post(world, body)).status_code == 201, value
    kept = [each["value"] for each in await stored(world)]
    assert kept == [float(value) for value in said.values()]


async def test_what_is_no_json_is_told_by_its_place(world: World) -> None:
    said = {
        b'{"value": 1,\n}': "not JSON at line 2, column 1: a comma with nothing behind it",
        b"\xef\xbb\xbf{}": "not JSON at column 1: a byte order mark",
        b'{"value": 1': "not JSON at column 12: the text ends here",
    }
    for body, detail in said.items():
        document = problem(await post(world, body), 400, "malformed-body")
        assert document["detail"] == detail
        assert findings(document) == [("", "not-json")]


WHOLE = {
    "nothing to read": b"{",
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(ROW).encode(),
    "UTF-16": json.dumps(ROW).encode("utf-16"),
    "not UTF-8": json.dumps(ROW).encode().replace(b"C1", b"\xff"),
    "a surrogate in UTF-8": json.dumps(ROW).encode().replace(b"C1", b"\xed\xa0\x80"),
    "two values": json.dumps(ROW).encode() * 2,
    "a form": b"applicant=C1&value=1",
    "blank": b"  ",
}


async def test_what_is_no_json_text_is_refused(world: World) -> None:
    for what, body in WHOLE.items():
        problem(await post(world, body), 400, "malformed-body")
        assert await stored(world) == [], what


async def test_what_is_no_object_is_refused(world: World) -> None:
    for body in (b"", b"null", b"[]", b"5", b'"text"', b"true", b"[{}]"):
        problem(await post(world, body), 422, "invalid")
    assert await stored(world) == []


OTHER_TYPES = (
    "text/plain",
    "text/json",
    "application/xml",
    "application/jsonx",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application",
    "",
)


async def test_a_body_of_another_type_is_refused(world: World) -> None:
    body = json.dumps(ROW)
    for kind in OTHER_TYPES:
        problem(await post(world, body, **{"Content-Type": kind}), 415, "unsupported-media-type")
    untyped = await world.client.post(SUBMISSIONS, content=body, headers=world.headers["source"])
    problem(untyped, 415, "unsupported-media-type")
    assert await stored(world) == []


async def test_a_digest_is_verified_wherever_it_is_given(world: World) -> None:
    """One that nobody can verify is refused: its sender relies on it."""
    body = {"applicant": "C1", "measure": STATIONS, "value": 1, "as_of": "2026-06-01"}
    sent = json.dumps(body).encode()
    headers = world.headers["source"] | {"Content-Type": "application/json"}
    unknown = "md5=:AAAA:"
    for wrong in (digest(sent + b" "), f"{unknown}, {digest(b'')}", unknown, "sha-256", ""):
        said = headers | {"Content-Digest": wrong}
        answer = await world.client.post(SUBMISSIONS, content=sent, headers=said)
        problem(answer, 400, "malformed-body")
    assert await stored(world) == []
    for right in (digest(sent), f"{unknown}, {digest(sent)}"):
        said = headers | {"Content-Digest": right}
        assert (await world.client.post(SUBMISSIONS, content=sent, headers=said)).is_success


async def test_json_is_known_by_each_of_its_types(world: World) -> None:
    for kind in ("application/json; charset=utf-8", "Application/JSON", "application/vnd.x+json"):
        answer = await post(world, json.dumps(ROW), **{"Content-Type": kind})
        assert answer.status_code == 201, answer.text


async def test_a_body_that_is_too_large_is_refused_unread(world: World, database: Database) -> None:
    body = json.dumps(ROW | {"comment": "x" * 1500}).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 100):
            yield body[at : at + 100]

    async with gateway(database, max_body=1024) as client:
        small = World(client, world.headers, world.worker_database)
        for sent in (body, pieces()):
            problem(await post(small, sent), 413, "body-too-large")
        false = await post(small, b"{}", **{"Content-Length": "9999999999"})
        problem(false, 413, "body-too-large")
        assert (await post(small, json.dumps(ROW))).status_code == 201
    assert len(await stored(world)) == 1


async def test_a_body_that_breaks_off_is_no_fault_of_ours(world: World, database: Database) -> None:
    """The client is gone and hears nothing of it; the log must not call for help."""
    messages: list[Message] = [
        {"type": "http.request", "body": b'{"applicant"', "more_body": True},
        {"type": "http.disconnect"},
    ]
    headers = world.headers["source"] | {"Content-Type": "application/json"}
    scope = {
        "type": "http",
        "method": "POST",
        "path": f"/v1{SUBMISSIONS}",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    with capture_logs() as logs:
        await create_app(database, Settings())(scope, receive, send)

    assert sent[0]["status"] == 400
    assert [each["event"] for each in logs] == ["request"]


async def test_text_is_kept_as_it_is_written(world: World) -> None:
    """Escapes that only look like what is refused are text like any other."""
    comment = '\\u0000 \\ud800 "quoted" 😀 统计\r\n\u2028'
    sent = json.dumps(ROW | {"comment": comment})
    assert (await post(world, sent)).status_code == 201
    (found,) = await stored(world)
    assert found["comment"] == comment


@given(
    st.decimals(allow_nan=False, allow_infinity=False)
    | st.floats(allow_nan=False, allow_infinity=False).map(lambda each: Decimal(repr(each)))
    | st.integers().map(Decimal)
)
@example(Decimal("4.9E-324"))
@example(Decimal(9007199254740993))
def test_a_number_is_kept_exactly_or_refused(number: Decimal) -> None:
    """Never a third: that it is taken and comes back as another."""
    text = str(number)
    try:
        value = decode(text.encode())
    except MalformedBody:
        significant = len(number.normalize().as_tuple().digits)
        assert significant > 15 or not 1e-307 < abs(number) < 1e308
    else:
        assert Decimal(repr(value)) == number


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15) + 1, 10**15 - 1) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=20,
)


@given(json_values)
def test_every_value_is_read_as_it_was_written(value: Any) -> None:
    for escaped in (True, False):
        assert decode(json.dumps(value, ensure_ascii=escaped).encode()) == value


odd_texts = st.text(max_size=100).map(lambda each: each.encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=100) | odd_texts)
def test_bytes_are_json_or_refused(body: bytes) -> None:
    """Whatever they are: no other error comes out."""
    try:
        decode(body)
    except MalformedBody:
        return
    json.loads(body)
