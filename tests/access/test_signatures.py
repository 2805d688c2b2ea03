"""Keys that sign: what was altered, left out, added, sent late or sent again is refused."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from shared.access import signing
from shared.database import Database
from tests.access.signed import BODY, VALUE, Signer, pair, signer
from tests.fixtures.ask import execute, one
from tests.fixtures.http import SUBMISSIONS, digest, gateway, key, problem, stored
from tests.fixtures.make import ROUND, STATIONS, World

BATCH = f"{SUBMISSIONS}/batch"
FILE = f"applicant,measure,value,as_of\nC1,{STATIONS},5,2026-06-01\n".encode()
CSV = {"Content_Type": "text/csv"}


async def test_what_is_signed_is_taken(ours: Signer, world: World) -> None:
    single = await ours.send("POST", SUBMISSIONS, BODY)
    file = await replace(ours, nonce="n" * 16).send("POST", BATCH, FILE, **CSV)

    assert (single.status_code, file.status_code) == (201, 200), file.text
    assert file.json()["counts"]["unchanged"] == 1
    assert len(await stored(world)) == 1


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        ("portal", "PUT", f"/rounds/{ROUND}/entries/C1"),
        ("portal", "PATCH", "/applicants/C1"),
        ("admin", "DELETE", f"/rounds/{ROUND}/operations/1"),
        ("source", "POST", BATCH),
    ],
)
async def test_every_method_that_changes_something_is_signed(
    world: World, owner: Database, role: str, method: str, path: str
) -> None:
    """Behind the door the answer is another one than 401, whatever it is."""
    sender = await signer(world, owner, role)
    unsigned = await world.client.request(method, path, headers=sender.headers)
    problem(unsigned, 401, "signature-missing")
    assert unsigned.headers["www-authenticate"] == "Bearer"

    assert (await sender.send(method, path)).status_code != 401


async def test_what_only_reads_needs_no_signature(ours: Signer, world: World) -> None:
    for method in ("GET", "HEAD"):
        answer = await world.client.request(method, "/applicants", headers=ours.headers)
        assert answer.status_code == 200


async def test_a_key_that_does_not_sign_is_not_asked_for_anything(world: World) -> None:
    """Not even what it sends as a signature is looked at."""
    headers = world.headers["source"] | {"Signature": "%", "Signature-Input": "%"}
    answer = await world.client.post(SUBMISSIONS, json=VALUE, headers=headers)
    assert answer.status_code == 201


def _with(request: httpx.Request, **parts: Any) -> httpx.Request:
    """Return *request* altered on its way."""
    same: dict[str, Any] = {
        "method": request.method,
        "url": request.url,
        "headers": request.headers,
        "content": request.content,
    }
    return httpx.Request(**(same | parts))


def _headers(name: str, value: str | None) -> Callable[[httpx.Request], httpx.Request]:
    def alter(request: httpx.Request) -> httpx.Request:
        headers = httpx.Headers(request.headers)
        headers.pop(name, None)
        return _with(request, headers=headers if value is None else {**headers, name: value})

    return alter


ALTERED: dict[str, Callable[[httpx.Request], httpx.Request]] = {
    "body and digest": lambda request: _headers("content-digest", digest(FILE + b"\n"))(
        _with(request, content=FILE + b"\n")
    ),
    "path": lambda request: _with(request, url=str(request.url).replace("/batch", "")),
    "path, the old one in the host": lambda request: _headers("host", f"g{request.url.path}#")(
        _with(request, url=str(request.url).replace("/batch", ""))
    ),
    "query": lambda request: _with(request, url=f"{request.url}?x=1"),
    "method": lambda request: _with(request, method="PUT"),
    "a header": _headers("content-type", "application/jsonl"),
    "a header left out": _headers("prefer", None),
    "a header added": _headers("content-encoding", "identity"),
    "a digest left out": _headers("content-digest", None),
    "the other header of the signature": _headers("signature", "ours=:AAAA:"),
}


@pytest.mark.parametrize("alter", ALTERED.values(), ids=ALTERED)
async def test_what_was_altered_is_refused(
    ours: Signer, world: World, alter: Callable[[httpx.Request], httpx.Request]
) -> None:
    request = ours.request("POST", BATCH, FILE, **CSV, Prefer="return=minimal")

    answer = await world.client.send(alter(request))

    if answer.status_code == 405:  # no such operation: nothing is asked and nothing done
        problem(answer, 405, "method-not-allowed")
    else:
        problem(answer, 401, "signature-invalid")
    assert await stored(world) == []
    assert (await world.client.send(request)).status_code == 200


@pytest.mark.parametrize(("path", "sent"), [(BATCH, FILE), (SUBMISSIONS, BODY)])
async def test_a_body_that_was_altered_is_not_that_of_its_digest(
    ours: Signer, world: World, path: str, sent: bytes
) -> None:
    request = ours.request("POST", path, sent, **(CSV if path == BATCH else {}))

    answer = await world.client.send(_with(request, content=sent.replace(b"5", b"6")))

    problem(answer, 400, "malformed-body")
    assert await stored(world) == []


async def test_a_signature_is_of_one_key_of_the_service(
    ours: Signer, world: World, owner: Database
) -> None:
    """Neither another signing key will do, nor the same one with another API key."""
    others, _ = pair()
    answer = await replace(ours, private=others).send("POST", SUBMISSIONS, BODY)
    problem(answer, 401, "signature-invalid")

    stranger, keyid = pair()
    answer = await replace(ours, private=stranger, keyid=keyid).send("POST", SUBMISSIONS, BODY)
    problem(answer, 401, "signature-invalid")

    request = ours.request("POST", SUBMISSIONS, BODY)
    second = await key(owner, "source", "second", signing_key=ours.keyid)
    answer = await world.client.send(_headers("authorization", second["Authorization"])(request))
    problem(answer, 401, "signature-invalid")
    assert await stored(world) == []


@pytest.mark.parametrize("lacking", signing.to_cover("POST", ["content-type"]))
async def test_a_signature_covers_all_that_matters(
    ours: Signer, world: World, lacking: str
) -> None:
    cover = [each for each in signing.to_cover("POST", ["content-type"]) if each != lacking]

    answer = await replace(ours, cover=cover).send("POST", SUBMISSIONS, BODY)

    assert lacking in problem(answer, 401, "signature-invalid")["detail"]
    assert await stored(world) == []


async def test_a_part_of_a_component_does_not_stand_for_it(ours: Signer) -> None:
    parts = {
        "content-digest": '"content-digest";key="sha-256"',
        "content-type": '"content-type";bs',
    }
    for whole, part in parts.items():
        cover = [part if each == whole else each for each in signing.to_cover("POST", [whole])]
        answer = await replace(ours, cover=cover).send("POST", SUBMISSIONS, BODY)
        assert whole in problem(answer, 401, "signature-invalid")["detail"]


async def test_a_digest_that_nobody_can_verify_is_none(ours: Signer) -> None:
    answer = await ours.send("POST", SUBMISSIONS, BODY, Content_Digest="md5=:AAAA:")
    problem(answer, 401, "signature-invalid")


async def test_host_may_be_signed_too(ours: Signer) -> None:
    """As we see it: a proxy that changes it makes the signature another's."""
    cover = [*signing.to_cover("POST", ["content-type"]), "@authority", "@target-uri"]
    request = replace(ours, cover=cover).request("POST", SUBMISSIONS, BODY)

    altered = await ours.client.send(_headers("host", "elsewhere")(request))

    problem(altered, 401, "signature-invalid")
    assert (await ours.client.send(request)).status_code == 201


@pytest.mark.parametrize(
    ("age", "kind"),
    [(290, None), (320, "outdated"), (-50, None), (-80, "outdated"), (10**9, "outdated")],
)
async def test_a_signature_is_of_its_time(ours: Signer, age: int, kind: str | None) -> None:
    answer = await replace(ours, age=timedelta(seconds=age)).send("POST", SUBMISSIONS, BODY)
    if kind is None:
        assert answer.status_code == 201, answer.text
    else:
        problem(answer, 401, f"signature-{kind}")


async def test_the_setting_says_how_old_a_signature_may_be(
    ours: Signer, database: Database
) -> None:
    late = replace(ours, age=timedelta(seconds=20))
    async with gateway(database, signature_age=timedelta(seconds=10)) as client:
        refused = await replace(late, client=client).send("POST", SUBMISSIONS, BODY)

    problem(refused, 401, "signature-outdated")
    assert (await late.send("POST", SUBMISSIONS, BODY)).status_code == 201


async def test_a_signature_ends_when_it_says_so(ours: Signer) -> None:
    ended = replace(ours, more={"expires": datetime.now(UTC) - timedelta(seconds=2)})
    problem(await ended.send("POST", SUBMISSIONS, BODY), 401, "signature-outdated")


async def test_what_is_sent_again_is_refused_by_every_gateway(
    ours: Signer, world: World, database: Database
) -> None:
    request = ours.request("POST", SUBMISSIONS, BODY)
    assert (await world.client.send(request)).status_code == 201

    async with gateway(database) as other:
        for client in (world.client, other):
            problem(await client.send(request), 401, "signature-replayed")

    anew = await replace(ours, nonce="n" * 16).send("POST", SUBMISSIONS, BODY)
    assert anew.json()["result"] == "unchanged"


async def test_of_twins_one_is_taken(ours: Signer, world: World, database: Database) -> None:
    request = ours.request("POST", SUBMISSIONS, BODY)
    async with gateway(database) as other:
        sent = [client.send(_with(request)) for client in [world.client, other] * 3]
        answers = await asyncio.gather(*sent)

    assert sorted(each.status_code for each in answers) == [201] + [401] * 5


async def test_nonces_of_two_keys_are_apart(ours: Signer, world: World, owner: Database) -> None:
    theirs = replace(await signer(world, owner, "portal"), nonce=ours.nonce)
    assert (await ours.send("POST", SUBMISSIONS, BODY)).status_code == 201
    answer = await theirs.send("PATCH", "/applicants/C1", b"{}")
    assert answer.status_code != 401, answer.text


async def test_outdated_nonces_are_forgotten_some_at_a_time(ours: Signer, owner: Database) -> None:
    await execute(
        owner,
        """
        INSERT INTO signature_nonce (key, nonce, expires_at)
        SELECT 1, number::text, now() - interval '1 s' FROM generate_series(1, 150) AS number
        """,
    )
    left = []
    for nonce in ("a" * 16, "b" * 16, "c" * 16):
        assert (await replace(ours, nonce=nonce).send("POST", SUBMISSIONS, BODY)).is_success
        left.append(await one(owner, "SELECT count(*) FROM signature_nonce"))

    assert left == [51, 2, 3]
