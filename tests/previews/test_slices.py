"""Dry runs of files that declare a slice: what they would withdraw is told, and supposed."""

import asyncio
from typing import Any

import httpx
import pytest
from alembic import command
from structlog.testing import capture_logs

from shared.database.migration import configuration
from tests.batches.test_http import BATCH, push, row
from tests.batches.test_slices import MAY, of
from tests.fixtures.http import problem, stored
from tests.fixtures.make import STATIONS, World


async def asked(world: World, slice_: Any, *rows: Any, dry: bool, prefer: str) -> httpx.Response:
    """Ask what a file with a slice would do, or push it."""
    return await world.client.post(
        BATCH,
        json={"slice": slice_, "items": list(rows)},
        headers=world.headers["source"] | {"Prefer": prefer},
        params={"dry_run": "true"} if dry else {},
    )


BAD = row("C9", STATIONS, 3)


@pytest.mark.parametrize(
    ("slice_", "rows", "prefer", "withdrawn"),
    [
        (of("entered"), [row("C1", STATIONS, 6)], "", 2),
        (of(["C1", "C2"]), [row("C1", STATIONS, 6)], "", 2),
        (of(["C1", "P1"]), [row("C1", STATIONS, 6)], "", 0),
        (of(3), [row("C1", STATIONS, 6)], "", 0),
        (of("entered"), [row("C1", STATIONS, 6), BAD], "handling=lenient", 0),
        (of("entered"), [row("C1", STATIONS, 6), BAD], "", 0),
    ],
)
async def test_a_dry_run_of_a_slice_says_what_the_push_then_does(
    world: World, slice_: Any, rows: list[Any], prefer: str, withdrawn: int
) -> None:
    await push(world, row("C1", STATIONS, 5, MAY), row("C2", STATIONS, 7, MAY))
    await push(world, row("C2", STATIONS, 6, "2026-04-01"))
    await world.recompute()
    before = await stored(world)

    dry = (await asked(world, slice_, *rows, dry=True, prefer=prefer)).json()
    assert await stored(world) == before
    then = (await asked(world, slice_, *rows, dry=False, prefer=prefer)).json()
    await world.recompute()

    assert dry["slice"] == then["slice"]
    assert dry["slice"]["withdrawn"] == withdrawn
    for moved in dry["effect"]["totals"]:
        assert (await world.card(moved["applicant"]))["total"] == moved["after"]
    after = {each["applicant"]: each["after"] for each in dry["effect"]["totals"]}
    assert (after.get("C2") == 0) == bool(withdrawn)


async def test_what_a_slice_withdraws_moves_others_though_no_row_does(world: World) -> None:
    await push(world, row("C1", STATIONS, 5), row("C2", STATIONS, 10, MAY))

    answer = await asked(world, of("entered"), row("C1", STATIONS, 5), dry=True, prefer="")

    found = answer.json()
    assert found["counts"]["unchanged"] == 1
    assert [(each["applicant"], each["after"]) for each in found["effect"]["totals"]] == [
        ("C2", 0),
        ("C1", 6),
    ]


async def test_a_schema_that_keeps_no_slices_is_told_beforehand(world: World, url: str) -> None:
    """The push would be refused, too."""
    await asyncio.to_thread(command.downgrade, configuration(url), "0012")

    with capture_logs():
        answer = await asked(world, of("entered"), row("C1", STATIONS, 5), dry=True, prefer="")

    problem(answer, 503, "unavailable")
