"""What is repeated late undoes no correction that came in between."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from alembic import command
from structlog.testing import capture_logs

from shared.database.migration import configuration, migrate
from tests.fixtures.http import SUBMISSIONS, findings, problem, stored
from tests.fixtures.make import STATIONS, World

ROW = {"applicant": "C1", "measure": STATIONS, "as_of": "2026-06-01"}


async def say(world: World, value: int, expected: Any = None) -> httpx.Response:
    """Submit a count that follows the revision that is *expected*."""
    body = ROW | {"value": value, "expected_revision": expected}
    return await world.call("source", "POST", SUBMISSIONS, body)


async def test_a_submission_follows_the_revision_that_it_names(world: World) -> None:
    assert (await say(world, 700, 0)).json()["result"] == "created"
    assert (await say(world, 650, 1)).json()["result"] == "revised"

    late = problem(await say(world, 700, 0), 409, "stale-revision")

    assert findings(late) == [("/expected_revision", "stale-revision")]
    assert [each["value"] for each in await stored(world)] == [700, 650]
    assert (await say(world, 650, 0)).json()["result"] == "unchanged"
    assert (await say(world, 700)).json()["result"] == "revised"


async def test_of_two_that_follow_the_same_one_is_taken(world: World) -> None:
    answers = await asyncio.gather(*(say(world, value, 0) for value in range(1, 9)))

    assert sorted(each.status_code for each in answers) == [201, *[409] * 7]
    assert len(await stored(world)) == 1


@pytest.mark.parametrize("kind", ["application/json", "text/csv"])
async def test_a_row_of_a_file_that_comes_late_is_refused(world: World, kind: str) -> None:
    await say(world, 700)
    await say(world, 650)
    row = ROW | {"value": 700, "expected_revision": 0}
    files = {
        "application/json": json.dumps({"items": [row]}),
        "text/csv": f"{','.join(row)}\n{','.join(map(str, row.values()))}\n",
    }
    headers = world.headers["source"] | {"Content-Type": kind}

    answer = await world.client.post(f"{SUBMISSIONS}/batch", content=files[kind], headers=headers)

    document = problem(answer, 422, "batch-rejected")
    assert findings(document) == [("/items/0/expected_revision", "stale-revision")]


@pytest.mark.parametrize("expected", [-1, 1.5, True, "1", 10**9])
async def test_what_is_no_revision_is_refused(world: World, expected: Any) -> None:
    answer = await say(world, 1, expected)

    assert findings(problem(answer, 422, "invalid"))[0][0].startswith("/expected_revision")


async def test_on_a_database_of_before_it_is_asked_for_again_and_all_else_goes_on(
    world: World, url: str
) -> None:
    await asyncio.to_thread(command.downgrade, configuration(url), "0009")
    with capture_logs():
        problem(await say(world, 700, 0), 503, "unavailable")
    assert (await say(world, 700)).status_code == 201

    await asyncio.to_thread(migrate, url)

    assert (await say(world, 650, 1)).status_code == 201
