"""What a file comes to is found out before the round is held, and holds once it is."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest

from shared.batches import ahead, ahead_store, reading
from shared.batches.ahead_store import SINCE
from shared.core.principal import Actor
from shared.database import Database, Driver
from shared.rounds import service as rounds
from shared.submissions import recording
from tests.batches.test_http import BATCH, push, row
from tests.fixtures.http import problem, stored
from tests.fixtures.make import ROUND, STATIONS, World


@pytest.fixture(autouse=True, params=["laid ready", "as it is written", "in one statement"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each file taken as one of some length: the first two are judged beforehand."""
    if request.param != "in one statement":
        monkeypatch.setattr(ahead, "FEW", 0)
    if request.param == "laid ready":
        monkeypatch.setattr(ahead, "LONG", 0)


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Awaitable[Any]]) -> None:
    """Have something happen after a file was judged, and before the round is held."""
    hold = ahead_store.hold

    async def later(driver: Driver, round_id: int) -> bool:
        await happens()
        return await hold(driver, round_id)

    monkeypatch.setattr(ahead_store, "hold", later)


def never_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be judged while the round is held."""

    async def judged(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(recording, "record_prepared", judged)


async def test_each_row_has_its_own_id_in_whatever_parts_it_is_judged(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PART", 3)
    never_again(monkeypatch)
    days = [date(2026, 1, 1) + timedelta(at) for at in range(8)]
    said = [row("C2" if at % 3 else "C1", STATIONS, at, str(day)) for at, day in enumerate(days)]
    again = [each | {"value": 9 - at} if at in {1, 4, 5} else each for at, each in enumerate(said)]
    await push(world, *said[:6])

    answer = await push(world, *again)

    assert answer.json()["counts"] == {"created": 2, "revised": 3, "unchanged": 3, "rejected": 0}
    found = {each["id"]: each for each in await stored(world)}
    for item, each in zip(answer.json()["items"], again, strict=True):
        kept = found[item["id"]]
        assert {name: kept[name] for name in each} == each
    assert answer.json()["greatest_submission"] == max(found)


async def test_what_the_reporter_said_meanwhile_is_heeded(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(monkeypatch, lambda: world.submit("source", "C1", STATIONS, 7))

    answer = await push(world, row("C1", STATIONS, 5), row("C2", STATIONS, 6))

    assert [each["result"] for each in answer.json()["items"]] == ["revised", "created"]
    assert [each["value"] for each in await stored(world)] == [7, 5, 6]


async def test_a_part_that_the_reporter_contradicted_meanwhile_is_judged_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PART", 1)
    never_again(monkeypatch)
    meanwhile(monkeypatch, lambda: world.submit("source", "C2", STATIONS, 7))

    answer = await push(world, row("C1", STATIONS, 5), row("C2", STATIONS, 70))

    first, second = answer.json()["items"]
    assert [first["result"], second["result"]] == ["created", "revised"]
    assert [each["code"] for each in second["warnings"]] == ["tenfold"]
    assert [each["value"] for each in await stored(world)] == [7, 5, 70]


async def test_what_others_said_meanwhile_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    never_again(monkeypatch)
    meanwhile(monkeypatch, lambda: world.submit("portal", "C1", STATIONS, 7))

    answer = await push(world, row("C1", STATIONS, 5))

    assert answer.json()["counts"]["created"] == 1
    first, second = await stored(world)
    assert first["id"] < second["id"] == answer.json()["items"][0]["id"]


async def test_a_round_that_was_closed_meanwhile_takes_nothing(
    world: World, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def close() -> None:
        async with Database(url) as owner, owner.session() as session:
            await rounds.transition(session, Actor("tests", "tests"), ROUND, "closed", None)

    meanwhile(monkeypatch, close)

    problem(await push(world, row("C1", STATIONS, 5)), 409, "round-not-open")

    assert await stored(world) == []


async def test_a_file_that_breaks_off_while_it_is_judged_stores_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PART", 1)
    text = f"applicant,measure,value,as_of\nC1,{STATIONS},5,2026-06-01\n"
    headers = world.headers["source"] | {"Content-Type": "text/csv"}

    broken, whole = [
        await world.client.post(BATCH, content=text + rest, headers=headers)
        for rest in ('C2,"', f"C2,{STATIONS},6,2026-06-01\n")
    ]

    problem(broken, 400, "file-unreadable")
    assert whole.json()["counts"]["created"] == 2


async def test_what_is_new_in_a_round_is_found_by_its_ids(owner: Database) -> None:
    """By a plan that was made while there was nothing, too, to which all ways are alike."""
    async with owner.driver() as driver:
        await driver.execute(f"PREPARE asked (bigint, bigint, bigint, bigint) AS {SINCE}")
        lines = await driver.fetch("EXPLAIN (COSTS off) EXECUTE asked (1, 1, 0, 0)")
        await driver.execute("DEALLOCATE asked")

    scans = [line for (line,) in lines if "Index Scan" in line and "round_" not in line]
    assert len(scans) == 2
    assert all("_pkey" in each for each in scans)
