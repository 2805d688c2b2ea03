"""Of whom a round has values: per measure and reporter, and who lacks."""

from collections import defaultdict
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.http.paging import encode
from shared.database import Database
from tests.batches.test_http import push, row
from tests.batches.test_slices import MAY, declare, of
from tests.fixtures.http import findings, key, pages, problem, stored
from tests.fixtures.make import APPLICANTS, GRADE, MARK, RESIDENTS, ROUND, STATIONS, World

PATH = f"/rounds/{ROUND}/completeness"
REFERENCE = "2026-06-30"


async def lines(world: World, role: str = "auditor", **params: Any) -> list[dict[str, Any]]:
    """Return all lines that *role* is shown."""
    found = await pages(world, PATH, role, **params)
    return [line for page in found for line in page]


async def of_measure(world: World, measure: str, role: str = "auditor") -> list[dict[str, Any]]:
    """Return the lines of one measure."""
    return await lines(world, role, measure=measure)


async def test_every_measure_has_a_line_though_nobody_reported_it(world: World) -> None:
    found = await lines(world, limit=2)

    assert [each["measure"] for each in found] == [
        "stations",
        "residents",
        "policy",
        GRADE,
        "scenes",
    ]
    assert {each["reporter"] for each in found} == {None}
    assert found[0]["lacking"] == ["C1", "C2", "P1"]
    assert (found[0]["expected"], found[0]["counted"], found[0]["lacking_count"]) == (3, 0, 3)
    assert found[0]["last_recorded_at"] is found[0]["latest_as_of"] is found[0]["slice"] is None


async def test_a_line_says_who_lacks_of_each_reporter_and_as_of_when(world: World) -> None:
    await push(world, row("C1", STATIONS, 5), row("C2", STATIONS, 5, MAY))
    await push(world, row("C2", STATIONS, 5, "2026-07-01"), row("P1", STATIONS, 5, "2026-07-01"))
    await world.submit("portal", "P1", STATIONS, 6, MAY)

    together, *each = await of_measure(world, STATIONS)

    assert (together["counted"], together["lacking"]) == (3, [])
    portal, source = sorted(each, key=lambda line: str(line["kind"]))
    assert (portal["kind"], portal["expected"], portal["lacking"]) == ("applicant", 1, [])
    assert (source["kind"], source["expected"], source["lacking"]) == ("source", 3, ["P1"])
    assert (source["oldest_as_of"], source["latest_as_of"]) == (MAY, "2026-06-01")
    assert source["stopped"] == []  # a value after the reference date is none that was taken back
    last = (await stored(world))[-2]
    assert source["last_recorded_at"] == last["recorded_at"]


async def test_an_area_that_a_source_stopped_reporting_is_missing(world: World) -> None:
    await declare(world, of("entered", as_of=MAY), *(row(c, STATIONS, 5, MAY) for c in APPLICANTS))

    answer = (await declare(world, of("entered"), row("C1", STATIONS, 6))).json()

    _, source = await of_measure(world, STATIONS)
    assert (source["counted"], source["lacking"], source["stopped"]) == (1, *[["C2", "P1"]] * 2)
    assert source["slice"] == answer["slice"] | {
        "batch": answer["batch"],
        "recorded_at": source["slice"]["recorded_at"],
    }
    await declare(world, of(["C2"], as_of=MAY), row("C2", STATIONS, 1, MAY))
    together, source = await of_measure(world, STATIONS)
    assert source["slice"]["batch"] == answer["batch"]
    assert together["stopped"] == source["stopped"] == ["P1"]


async def test_a_slice_whose_file_was_refused_is_no_last_one(world: World) -> None:
    await push(world, row("C1", STATIONS, 5))
    await declare(world, of("entered"), row("C1", STATIONS, -5))

    _, source = await of_measure(world, STATIONS)

    assert source["slice"] is None


async def test_slices_are_shown_to_whoever_may_read_their_receipt(world: World) -> None:
    await declare(world, of("entered"), row("C1", STATIONS, 5))

    shown = {
        role: (await of_measure(world, STATIONS, role))[1]["slice"] is not None
        for role in ("admin", "auditor", "source", "portal")
    }

    assert shown == {"admin": True, "auditor": True, "source": True, "portal": False}


async def test_a_limited_key_is_told_of_what_it_reaches(world: World, owner: Database) -> None:
    await push(world, row("C1", STATIONS, 5), row("C2", STATIONS, 5), row("C1", RESIDENTS, 5))
    world.headers["limited"] = await key(
        owner, "portal", "one", applicants=["C2", "P1"], measures=[STATIONS]
    )

    together, source = await lines(world, "limited")

    assert together["measure"] == source["measure"] == STATIONS
    assert (source["expected"], source["counted"], source["lacking"]) == (2, 1, ["P1"])
    assert await of_measure(world, RESIDENTS, "limited") == []


async def test_experts_by_themselves_are_for_those_who_know_their_names(world: World) -> None:
    await world.submit("expert", "C1", MARK, 50)

    for role in ("admin", "auditor"):
        together, expert = await of_measure(world, MARK, role)
        assert (together["counted"], expert["kind"], expert["counted"]) == (1, "expert", 1)
    for role in ("source", "portal"):
        (together,) = await of_measure(world, MARK, role)
        assert (together["counted"], together["lacking"]) == (1, ["C2", "P1"])
    problem(await world.call("expert", "GET", PATH), 403, "forbidden")


async def test_an_adjudicated_line_counts_though_nobody_marked_it(world: World) -> None:
    path = f"/rounds/{ROUND}/adjudications/C2/{MARK}"
    await world.call("admin", "PUT", path, {"value": 7, "reason": "test"})

    (together,) = await of_measure(world, MARK)

    assert (together["counted"], together["lacking"]) == (1, ["C1", "P1"])


async def test_a_measure_that_is_not_there_has_no_lines_and_a_forged_cursor_is_refused(
    world: World,
) -> None:
    assert await of_measure(world, "none") == []
    forged = encode(f"/v1{PATH}", "1", 2)
    answer = await world.call("auditor", "GET", PATH, cursor=forged)
    assert findings(problem(answer, 422, "invalid")) == [("/query/cursor", "unknown-cursor")]


WORDS = st.lists(
    st.tuples(
        st.sampled_from(["source", "portal"]),
        st.sampled_from(sorted(APPLICANTS)),
        st.sampled_from([MAY, "2026-06-01", "2026-07-01"]),
        st.sampled_from([1, 2, None]),
    ),
    max_size=12,
)


def counted(said: list[dict[str, Any]]) -> dict[str | None, dict[str, str]]:
    """Count by hand, from the list of submissions: by reporter whose value counts, as of when."""
    last: dict[tuple[str, str, str], Any] = {}
    for each in said:
        last[each["reporter"], each["applicant"], each["as_of"]] = each["value"]
    held = defaultdict[str | None, dict[str, str]](dict)
    for (reporter, applicant, as_of), value in sorted(last.items(), key=lambda item: item[0]):
        if value is not None and as_of <= REFERENCE:
            held[reporter][applicant] = as_of
            held[None][applicant] = max(as_of, held[None].get(applicant, ""))
    return held


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(words=WORDS)
async def test_completeness_is_what_counting_the_submissions_says(
    world: World, words: list[tuple[str, str, str, int | None]]
) -> None:
    for role, applicant, as_of, value in words:
        status = "withdrawn" if value is None else "reported"
        await world.submit(role, applicant, STATIONS, value, as_of, status=status)

    said = await stored(world, measure=STATIONS)
    held = counted(said)

    found = await of_measure(world, STATIONS)
    assert {each["reporter"] for each in found} == {None, *(each["reporter"] for each in said)}
    for line in found:
        own = held[line["reporter"]]
        spoken = {each["applicant"] for each in said if each["reporter"] == line["reporter"]}
        expected = spoken if line["kind"] == "applicant" else set(APPLICANTS)
        assert line["counted"] == len(own)
        assert line["lacking"] == sorted(expected - set(own))
        assert line["lacking_count"] == len(expected - set(own))
        assert line["latest_as_of"] == max(own.values(), default=None)
        assert line["oldest_as_of"] == min(own.values(), default=None)
