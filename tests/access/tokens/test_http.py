"""Tokens over HTTP: an issuer that runs is asked for its keys, and a token is as good as a key."""

import asyncio

import httpx
import pytest
from sqlalchemy import text

from shared.access.tokens.tokens import Tokens
from shared.database import Database
from tests.access.tokens.conftest import Issuer
from tests.fixtures.http import SCORES, SUBMISSIONS, problem
from tests.fixtures.make import MARK, ROUND, STATIONS, World

VALUE = {"applicant": "C1", "measure": STATIONS, "value": 5, "as_of": "2026-06-01"}


async def test_a_token_reaches_what_its_claims_say_and_what_it_does_has_its_name(
    world: World, trusting: httpx.AsyncClient, issuer: Issuer
) -> None:
    county = issuer.header("county-portal", pilotzone={"areas": ["C1"]})

    taken = await trusting.post(SUBMISSIONS, json=VALUE, headers=county)
    other = await trusting.post(SUBMISSIONS, json=VALUE | {"applicant": "C2"}, headers=county)
    admin = await trusting.post("/keys", json={}, headers=county)

    assert taken.status_code == 201, taken.text
    problem(other, 403, "reporter-not-admitted")
    problem(admin, 403, "forbidden")
    listed = await world.call("auditor", "GET", f"/rounds/{ROUND}/submissions")
    assert [each["reporter"] for each in listed.json()["items"]] == [f"{issuer.name}#7f3a (portal)"]
    page = await trusting.get(SUBMISSIONS, headers=county)
    assert [each["applicant"] for each in page.json()["items"]] == ["C1"]


async def test_an_experts_token_is_blind_to_the_marks_of_others_before_its_own_and_to_names(
    world: World, trusting: httpx.AsyncClient, issuer: Issuer
) -> None:
    mark = VALUE | {"measure": MARK}
    await world.submit("expert", "C1", MARK, 80)
    expert = issuer.header("panel")

    first = await trusting.get(SUBMISSIONS, headers=expert)
    sent = await trusting.post(SUBMISSIONS, json=mark, headers=expert)
    own = await trusting.get(SUBMISSIONS, headers=expert)

    assert first.json()["items"] == []
    assert sent.status_code == 201, sent.text
    other, ours = (each["reporter"] for each in own.json()["items"])
    assert other.startswith("expert-")
    assert ours == f"{issuer.name}#7f3a (expert)"


async def test_who_comes_for_the_first_time_by_many_requests_at_once_is_one_reporter(
    trusting: httpx.AsyncClient, issuer: Issuer, owner: Database
) -> None:
    tokens = [issuer.header("auditors", jti=str(number)) for number in range(8)]
    before = issuer.tell()

    answers = await asyncio.gather(*(trusting.get("/rounds", headers=each) for each in tokens))

    assert [each.status_code for each in answers] == [200] * 8
    after = issuer.tell()
    assert {name: after[name] - before.get(name, 0) for name in after} == {
        "discovery": 1,
        "keys": 1,
    }
    async with owner.session() as session:
        named = text("SELECT name FROM reporter WHERE name LIKE 'http%'")
        assert (await session.scalars(named)).all() == [f"{issuer.name}#7f3a (auditor)"]


async def test_a_key_that_follows_opens_beside_the_one_before(
    trusting: httpx.AsyncClient, issuer: Issuer
) -> None:
    """A token of a key that is not known yet makes the gateway ask, though not at once again."""
    assert (await trusting.get("/rounds", headers=issuer.header("auditors"))).is_success
    issuer.tell(published=["first", "second"])

    early = await trusting.get("/rounds", headers=issuer.header("auditors", kid="second"))
    issuer_keys = trusting._transport.app.state.gateway.keyring._tokens._published  # type: ignore[attr-defined]
    issuer_keys._next_at = 0
    late = [
        await trusting.get("/rounds", headers=issuer.header("auditors", kid=kid, jti=kid))
        for kid in ("second", "first")
    ]

    assert problem(early, 401, "token-refused")["rule"] == "unknown-key"
    assert [each.status_code for each in late] == [200, 200]


async def test_a_kept_page_costs_a_token_that_is_known_no_look(
    world: World, trusting: httpx.AsyncClient, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.submit("source", "C1", STATIONS, 5)
    header = issuer.header("auditors")
    first = await trusting.get(SCORES, headers=header)
    monkeypatch.delattr(Tokens, "holder")

    again = await trusting.get(SCORES, headers=header)

    assert (again.status_code, again.content) == (200, first.content)


async def test_the_answer_says_whether_what_was_sent_is_of_no_use(
    trusting: httpx.AsyncClient, issuer: Issuer, headers: dict[str, dict[str, str]]
) -> None:
    refused = await trusting.get("/rounds", headers=issuer.header("guests"))
    unknown = await trusting.get("/rounds", headers={"Authorization": "Bearer pz_unknown"})
    nothing = await trusting.get("/rounds")
    chinese = {"Accept-Language": "zh"} | issuer.header("guests")

    assert problem(refused, 401, "token-refused")["rule"] == "role"
    assert problem(await trusting.get("/rounds", headers=chinese), 401, "token-refused")
    problem(unknown, 401, "unauthorized")
    problem(nothing, 401, "unauthorized")
    said = [each.headers["www-authenticate"] for each in (refused, unknown, nothing)]
    assert said == ['Bearer error="invalid_token"', 'Bearer error="invalid_token"', "Bearer"]
    assert (await trusting.get("/rounds", headers=headers["auditor"])).is_success


async def test_without_the_issuer_tokens_wait_and_keys_open(
    trusting: httpx.AsyncClient, issuer: Issuer, headers: dict[str, dict[str, str]]
) -> None:
    issuer.tell(fault="renamed")
    token = issuer.header("auditors")

    problem(await trusting.get("/rounds", headers=token), 503, "unavailable")
    assert (await trusting.get("/rounds", headers=headers["auditor"])).is_success


async def test_without_a_trusted_issuer_a_token_is_no_key(
    client: httpx.AsyncClient, issuer: Issuer
) -> None:
    answer = await client.get("/rounds", headers=issuer.header("auditors"))
    problem(answer, 401, "unauthorized")
