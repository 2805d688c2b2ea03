"""Applicants over HTTP."""

import asyncio
from typing import Any

import httpx
import pytest

from shared.database import Database
from tests.fixtures.ask import rows
from tests.fixtures.http import findings, pages, problem
from tests.fixtures.make import World, name

PARK = {"code": "park-7", "kind": "park", "name": name("Park"), "division": "210212"}


async def test_an_applicant_is_registered_and_read_back(world: World) -> None:
    answer = await world.call("portal", "POST", "/applicants", PARK)

    assert answer.status_code == 201
    document = answer.json()
    assert PARK.items() <= document.items()
    assert (await world.call("auditor", "GET", "/applicants/park-7")).json() == document


async def test_the_same_applicant_again_is_no_error(world: World) -> None:
    first = await world.call("portal", "POST", "/applicants", PARK)
    again = await world.call("admin", "POST", "/applicants", PARK)
    assert (again.status_code, again.json()) == (200, first.json())


@pytest.mark.parametrize(
    "change", [{"kind": "county"}, {"name": name("Other")}, {"division": None}], ids=str
)
async def test_another_applicant_under_the_same_code_is_refused(
    world: World, change: dict[str, Any]
) -> None:
    first = await world.call("portal", "POST", "/applicants", PARK)

    problem(
        await world.call("portal", "POST", "/applicants", PARK | change), 409, "applicant-differs"
    )

    assert (await world.call("auditor", "GET", "/applicants/park-7")).json() == first.json()


async def test_registered_twice_at_once_one_is_first(world: World) -> None:
    answers = await asyncio.gather(
        *(world.call("portal", "POST", "/applicants", PARK) for _ in range(5))
    )
    assert sorted(each.status_code for each in answers) == [200, 200, 200, 200, 201]


async def test_two_that_differ_registered_at_once_leave_one(world: World) -> None:
    answers = await asyncio.gather(
        *(
            world.call("portal", "POST", "/applicants", PARK | {"name": name(str(at))})
            for at in range(5)
        )
    )
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409, 409]
    (winner,) = [each.json() for each in answers if each.status_code == 201]
    assert (await world.call("auditor", "GET", "/applicants/park-7")).json() == winner


async def test_name_and_division_change_and_what_is_left_out_stays(world: World) -> None:
    before = (await world.call("portal", "POST", "/applicants", PARK)).json()

    renamed = await world.call("portal", "PATCH", "/applicants/park-7", {"name": name("New")})
    moved = await world.call("admin", "PATCH", "/applicants/park-7", {"division": "210213"})

    assert renamed.json() | {"changed_at": 0} == before | {"name": name("New"), "changed_at": 0}
    assert moved.json() | {"changed_at": 0} == renamed.json() | {
        "division": "210213",
        "changed_at": 0,
    }
    assert before["changed_at"] < renamed.json()["changed_at"] < moved.json()["changed_at"]


async def test_a_change_follows_what_was_read_and_nothing_else(world: World) -> None:
    path, renamed = "/applicants/C1", {"name": name("New")}

    async def change(*tags: str) -> httpx.Response:
        given = [("If-Match", tag) for tag in tags]
        headers = [*world.headers["portal"].items(), *given]
        return await world.client.patch(path, json=renamed, headers=headers)

    read = (await world.call("portal", "GET", path)).headers["etag"]
    problem(await change(), 428, "precondition-required")
    for stale in ('"other"', f"W/{read}", read.strip('"')):
        problem(await change(stale), 412, "precondition-failed")
    assert (await world.call("portal", "GET", path)).headers["etag"] == read

    changed = await change('"other"', read)

    assert changed.status_code == 200
    problem(await change(read), 412, "precondition-failed")
    assert (await world.call("portal", "GET", path)).headers["etag"] == changed.headers["etag"]
    assert (await change(changed.headers["etag"])).json() == changed.json()


async def test_a_division_of_null_is_taken_away(world: World) -> None:
    await world.call("portal", "POST", "/applicants", PARK | {"division": "210213"})

    taken = await world.call("portal", "PATCH", "/applicants/park-7", {"division": None})

    assert taken.json()["division"] is None


async def test_what_is_so_already_is_no_change(world: World, owner: Database) -> None:
    before = (await world.call("portal", "POST", "/applicants", PARK)).json()
    same = {"name": PARK["name"], "division": before["division"]}
    for body in ({}, {"name": None}, same):
        answer = await world.call("portal", "PATCH", "/applicants/park-7", body)
        assert (answer.status_code, answer.json()) == (200, before)

    assert await rows(owner, "SELECT id FROM audit_event WHERE action = 'applicant.changed'") == []


async def test_code_and_kind_never_change(world: World) -> None:
    for member in ("code", "kind", "registered_at"):
        answer = await world.call("admin", "PATCH", "/applicants/C1", {member: "park"})
        assert findings(problem(answer, 422, "invalid")) == [(f"/{member}", "extra-forbidden")]


async def test_an_unknown_applicant_is_not_found(world: World) -> None:
    problem(await world.call("auditor", "GET", "/applicants/C9"), 404, "not-found")
    problem(await world.call("admin", "PATCH", "/applicants/C9", {}), 404, "not-found")


MALFORMED: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"kind": "city"}, ("/kind", "literal-error")),
    ({"code": ""}, ("/code", "string-pattern-mismatch")),
    ({"code": "a/b"}, ("/code", "string-pattern-mismatch")),
    ({"code": "a\n"}, ("/code", "string-pattern-mismatch")),
    ({"code": "a" * 65}, ("/code", "string-too-long")),
    ({"code": 7}, ("/code", "string-type")),
    ({"name": {"zh": "x"}}, ("/name/en", "missing")),
    ({"name": {"zh": "", "en": "x"}}, ("/name/zh", "string-too-short")),
    ({"division": 210212}, ("/division", "string-type")),
    ({"founded": 1999}, ("/founded", "extra-forbidden")),
]


async def test_a_malformed_applicant_is_refused_at_its_place(world: World) -> None:
    for change, finding in MALFORMED:
        answer = await world.call("portal", "POST", "/applicants", PARK | change)
        assert findings(problem(answer, 422, "invalid")) == [finding], change
    assert len((await pages(world, "/applicants"))[0]) == 3


async def test_applicants_are_listed_in_order_of_code_by_kind_and_page(world: World) -> None:
    await world.call("portal", "POST", "/applicants", PARK | {"code": "A1"})

    cut = await pages(world, "/applicants", limit=2)
    parks = await pages(world, "/applicants", limit=1, kind="park")

    assert [[each["code"] for each in page] for page in cut] == [["A1", "C1"], ["C2", "P1"]]
    assert [[each["code"] for each in page] for page in parks] == [["A1"], ["P1"]]


async def test_applicants_are_found_by_name_code_and_division(world: World) -> None:
    words = {"zh": "沈抚改革创新示范区", "en": "Shenfu ＤＥＭＯ Zone"}
    await world.call("portal", "POST", "/applicants", PARK | {"name": words})

    for sought in ({"q": "改革"}, {"q": "demo z"}, {"q": "PARK-"}, {"division": "2102"}):
        found = (await world.call("auditor", "GET", "/applicants", **sought, fields="code")).json()
        assert found["items"] == [{"code": "park-7"}], sought
    none = await world.call("auditor", "GET", "/applicants", q="demo", kind="county")
    assert none.json() == {"items": [], "next": None}


async def test_the_last_page_when_full_points_nowhere(world: World) -> None:
    answer = await world.call("auditor", "GET", "/applicants", limit=3)
    assert len(answer.json()["items"]) == 3
    assert "Link" not in answer.headers
