"""Submissions over HTTP: what becomes of a value, and what counts."""

import asyncio

import httpx
import pytest

from shared.database import Database
from tests.fixtures.http import SUBMISSIONS, findings, gateway, pages, problem, runs, stored
from tests.fixtures.make import RESIDENTS, ROUND, SCENES, STATIONS, World


async def test_a_pushed_count_reaches_the_ranking(world: World) -> None:
    """The whole way: submit, recompute, read."""
    first = await world.submit("source", "C1", STATIONS, 100)
    await world.submit("source", "C2", STATIONS, 50)

    assert (first.status_code, first.json()["result"]) == (201, "created")
    assert (await world.ranking())["state"] == "recomputing"
    assert await world.recompute()
    ranking = await world.ranking(cohort="county")
    assert (ranking["round"], ranking["run"], ranking["state"]) == (ROUND, 1, "current")
    assert [(each["applicant"], each["rank"], each["total"]) for each in ranking["items"]] == [
        ("C1", 1, 6.0),
        ("C2", 2, 3.0),
    ]


async def test_the_same_submission_again_changes_nothing(world: World) -> None:
    first = await world.submit("source", "C1", STATIONS, 100)
    await world.recompute()

    again = await world.submit("source", "C1", STATIONS, 100.0, comment="sent twice")

    assert again.status_code == 201
    assert again.json() == first.json() | {"result": "unchanged"}
    assert len(await stored(world)) == 1
    assert not await world.recompute()
    assert len(await runs(world)) == 1


async def test_another_value_of_the_same_date_revises_the_first(world: World) -> None:
    """Nothing is overwritten: both stay, and going back to the first value is a third."""
    answers = [await world.submit("source", "C1", STATIONS, value) for value in (100, 90, 100)]

    assert [each.json()["result"] for each in answers] == ["created", "revised", "revised"]
    found = await stored(world)
    assert [each["id"] for each in found] == [each.json()["id"] for each in answers]
    assert [(each["value"], each["revision"]) for each in found] == [(100, 1), (90, 2), (100, 3)]


async def test_only_the_same_reporter_and_date_are_revised(world: World) -> None:
    await world.submit("source", "C1", STATIONS, 100)

    for other in (
        await world.submit("source", "C1", STATIONS, 100, as_of="2026-06-02"),
        await world.submit("portal", "C1", STATIONS, 100),
        await world.submit("source", "C2", STATIONS, 100),
        await world.submit("source", "C1", RESIDENTS, 100),
    ):
        assert other.json()["result"] == "created"
    assert len(await stored(world)) == 5


async def test_codes_in_another_order_are_the_same_value(world: World) -> None:
    await world.submit("portal", "C1", SCENES, ["S2", "S1"])

    again = await world.submit("portal", "C1", SCENES, ["S1", "S2"])

    assert again.json()["result"] == "unchanged"


async def test_a_withdrawn_value_leaves_the_score_and_an_earlier_date_counts_again(
    world: World,
) -> None:
    await world.submit("source", "C1", STATIONS, 40, as_of="2026-05-01")
    await world.submit("source", "C1", STATIONS, 70, as_of="2026-06-01")
    await world.recompute()
    assert (await world.card("C1"))["lines"]["A-1"]["value"] == 70

    taken_back = await world.submit("source", "C1", STATIONS, None, status="withdrawn")

    assert taken_back.json()["result"] == "revised"
    await world.recompute()
    assert (await world.card("C1"))["lines"]["A-1"]["value"] == 40


async def test_without_any_value_left_the_line_is_missing_and_not_zero(world: World) -> None:
    await world.submit("source", "C1", STATIONS, 70)
    await world.recompute()
    await world.submit("source", "C1", STATIONS, None, status="withdrawn")
    await world.recompute()

    line = (await world.card("C1"))["lines"]["A-1"]

    assert (line["value"], line["points"], line["missing"]) == (None, 0, True)


async def test_a_withdrawal_is_repeatable_and_can_itself_be_revised(world: World) -> None:
    await world.submit("source", "C1", STATIONS, 70)
    first = await world.submit("source", "C1", STATIONS, None, status="withdrawn")

    again = await world.submit("source", "C1", STATIONS, None, status="withdrawn")
    back = await world.submit("source", "C1", STATIONS, 70)

    assert (again.json()["result"], again.json()["id"]) == ("unchanged", first.json()["id"])
    assert back.json()["result"] == "revised"
    assert [(each["status"], each["value"]) for each in await stored(world)] == [
        ("reported", 70),
        ("withdrawn", None),
        ("reported", 70),
    ]


async def test_a_value_after_the_reference_date_is_kept_but_does_not_count(world: World) -> None:
    await world.submit("source", "C1", STATIONS, 30, as_of="2026-06-30")
    await world.submit("source", "C1", STATIONS, 99, as_of="2026-07-01")
    await world.recompute()

    assert (await world.card("C1"))["lines"]["A-1"]["value"] == 30
    assert [each["value"] for each in await stored(world)] == [30, 99]


async def test_what_is_not_known_is_refused_and_not_stored(world: World) -> None:
    nobody = problem(await world.submit("source", "C9", STATIONS, 1), 404, "not-found")
    assert findings(nobody) == [("/applicant", "unknown-applicant")]
    refused = problem(await world.submit("source", "C1", "bridges", 1), 422, "submission-refused")
    assert findings(refused) == [("/measure", "unknown-measure")]
    body = {"applicant": "C1", "measure": STATIONS, "value": 1, "as_of": "2026-06-01"}
    nowhere = await world.call("source", "POST", "/rounds/R1999/submissions", body)
    problem(nowhere, 404, "not-found")
    assert await stored(world) == []


async def test_a_withdrawal_carries_no_value(world: World) -> None:
    answer = await world.submit("source", "C1", STATIONS, 5, status="withdrawn")
    found = findings(problem(answer, 422, "submission-refused"))
    assert found == [("/value", "withdrawn-with-value")]


async def test_a_list_names_everything_that_was_said_newest_last(world: World) -> None:
    more = {"reference": "统计月报, p. 3", "comment": "provisional"}
    first = await world.submit("source", "C1", STATIONS, 100, **more)
    await world.submit("portal", "C1", STATIONS, 101)

    item, second = await stored(world)

    assert item.pop("recorded_at") <= second["recorded_at"]
    assert item == {
        "id": first.json()["id"],
        "applicant": "C1",
        "measure": STATIONS,
        "value": 100,
        "as_of": "2026-06-01",
        "status": "reported",
        "revision": 1,
        "reporter": "source",
        "kind": "source",
        **more,
        **dict.fromkeys(("reported_at", "obs_status", "set_aside", "confirmed_by", "run")),
        "request_id": first.headers["x-request-id"],
    }
    assert (second["reporter"], second["kind"]) == ("portal", "applicant")


async def test_a_list_is_cut_into_pages_and_filtered(world: World) -> None:
    for applicant in ("C1", "C2"):
        for day in range(1, 5):
            await world.submit("source", applicant, STATIONS, day, as_of=f"2026-06-0{day}")
        await world.submit("source", applicant, RESIDENTS, 9)

    cut = await pages(world, SUBMISSIONS, limit=3, applicant="C1", measure=STATIONS)
    everything = await pages(world, SUBMISSIONS, limit=4)

    assert [[each["value"] for each in page] for page in cut] == [[1, 2, 3], [4]]
    assert [len(page) for page in everything] == [4, 4, 2]
    ids = [each["id"] for page in everything for each in page]
    assert ids == sorted(set(ids))


@pytest.mark.parametrize(
    ("values", "results"),
    [((5, 5), ["created", "unchanged"]), ((5, 6), ["created", "revised"])],
    ids=["same", "other"],
)
async def test_two_gateways_told_at_once_agree_on_who_was_first(
    world: World, database: Database, values: tuple[int, int], results: list[str]
) -> None:
    async def tell(client: httpx.AsyncClient, day: int, value: int) -> httpx.Response:
        body = {
            "applicant": "C1",
            "measure": STATIONS,
            "value": value,
            "as_of": f"2026-06-{day:02}",
        }
        return await client.post(SUBMISSIONS, json=body, headers=world.headers["source"])

    async with gateway(database) as other:
        clients = zip((world.client, other), values, strict=True)
        told = [(client, value) for client, value in clients]
        answers = await asyncio.gather(
            *(tell(client, day, value) for day in range(1, 21) for client, value in told)
        )

    found = [each.json() for each in answers]
    for one, two in zip(found[::2], found[1::2], strict=True):
        assert sorted([one["result"], two["result"]]) == results
        assert (one["id"] == two["id"]) == (values[0] == values[1])
    assert len(await stored(world)) == 20 * len(set(values))
