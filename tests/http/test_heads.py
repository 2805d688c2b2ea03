"""What a request's head says, and what it must say once: method, path, `Host`, `Content-Type`."""

import httpx
import pytest

from tests.fixtures.http import SCORES, SUBMISSIONS, problem
from tests.fixtures.make import STATIONS, World


@pytest.mark.parametrize(
    "path", [SCORES, "/applicants", *(f"http://gateway/{at}" for at in ("health/live", "docs"))]
)
async def test_head_answers_as_get_without_a_body(world: World, path: str) -> None:
    """Also where the answer to GET is kept."""
    await world.submit("source", "C1", STATIONS, 5)
    await world.recompute()
    for _ in range(2):
        get = await world.call("auditor", "GET", path)
        head = await world.call("auditor", "HEAD", path)

        own = ("x-request-id", "date")
        assert [head.status_code, head.content] == [200, b""]
        assert [each for each in head.headers.multi_items() if each[0] not in own] == [
            each for each in get.headers.multi_items() if each[0] not in own
        ]


async def test_head_is_guarded_as_get_is(world: World) -> None:
    assert (await world.client.head(SUBMISSIONS)).status_code == 401
    assert (await world.call("portal", "HEAD", "/nothing")).status_code == 404
    answer = await world.call("source", "HEAD", f"{SUBMISSIONS}/batch")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("hosts", [[], [b"gateway", b"other"], [b"gateway", b"gateway"]])
async def test_a_request_has_one_host(world: World, hosts: list[bytes]) -> None:
    """Whoever stands in front may have looked at the other."""
    raw = [(b"host", each) for each in hosts]
    request = httpx.Request("GET", "http://gateway/v1/rounds", headers=world.headers["auditor"])
    request.headers = httpx.Headers(
        [each for each in request.headers.raw if each[0].lower() != b"host"] + raw
    )
    answer = await world.client.send(request)

    problem(answer, 400, "malformed-request")


@pytest.mark.parametrize("types", [["text/csv", "application/json"], ["text/csv", "text/csv"]])
@pytest.mark.parametrize(
    "at", [f"/v1{SUBMISSIONS}/batch", f"/v1{SUBMISSIONS}", "/v1/rounds", "/board/sign-in"]
)
async def test_a_body_has_one_content_type(world: World, at: str, types: list[str]) -> None:
    """By the other one, whoever stands in front may have read something else."""
    headers = [*world.headers["source"].items(), *(("Content-Type", each) for each in types)]
    content = b"measure,applicant,as_of,value\n"
    answer = await world.client.post(f"http://gateway{at}", headers=headers, content=content)

    problem(answer, 400, "malformed-request")
    assert "Content-Type" in answer.json()["detail"]


@pytest.mark.parametrize("slash", ["%2F", "%2f"])
async def test_an_encoded_slash_does_not_part_a_path(world: World, slash: str) -> None:
    url = f"http://gateway/v1{SUBMISSIONS}".replace("/submissions", f"{slash}submissions")
    answer = await world.client.get(url, headers=world.headers["auditor"])

    problem(answer, 404, "not-found")
