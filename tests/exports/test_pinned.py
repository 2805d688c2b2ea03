"""Exports of a run: who has the file already is told so, and it never becomes another."""

from itertools import product
from typing import Any

from shared.database import Database
from tests.exports.reading import of_csv
from tests.exports.test_http import LISTS, READERS, export, fill, rows
from tests.fixtures.http import key, problem
from tests.fixtures.make import MARK, RESIDENTS, ROUND, STATIONS, World, name


async def tag(
    world: World, what: str, role: str = "auditor", form: str = "csv", run: int = 1, **params: Any
) -> str | None:
    """Return the validator of an export of a run."""
    answer = await export(world, what, form, role, run=run, **params)
    assert answer.status_code == 200, answer.text
    found: str | None = answer.headers.get("etag")
    return found


async def change(world: World) -> None:
    """Have come after a run whatever may: values, marks, who comes and goes, names, a run."""
    await world.submit("source", "C1", STATIONS, 1)
    await world.submit("portal", "C2", STATIONS, 700)
    await world.submit("expert", "P1", MARK, 70)
    await world.call("portal", "PUT", f"/rounds/{ROUND}/entries/P1", {"state": "withdrawn"})
    await world.call("portal", "PATCH", "/applicants/C1", {"name": name("Renamed")})
    await world.recompute()


async def test_a_file_of_a_run_stays_what_it_is_and_is_sent_once(world: World) -> None:
    await fill(world)
    first = {
        (what, form): await export(world, what, form, run=1)
        for what, form in product(LISTS, READERS)
    }
    await change(world)
    for (what, form), then in first.items():
        known = {"If-None-Match": then.headers["etag"]}
        headers = world.headers["auditor"] | known
        path = f"/rounds/{ROUND}/export/{what}"
        params: dict[str, str | int] = {"format": form, "run": 1}
        for method in ("GET", "HEAD"):
            again = await world.client.request(method, path, params=params, headers=headers)
            assert (again.status_code, again.content) == (304, b""), (what, form)
            assert again.headers["etag"] == then.headers["etag"]
        assert (
            then.headers["cache-control"] == again.headers["cache-control"] == "private, no-cache"
        )
        now = await export(world, what, form, run=1)
        assert READERS[form](now.content) == READERS[form](then.content) != []
        assert now.headers["etag"] == then.headers["etag"]
        assert await rows(world, what, form) != READERS[form](then.content)


async def test_another_file_has_another_validator(world: World, owner: Database) -> None:
    """Whatever makes a difference to a row makes one to the tag."""
    await fill(world)
    await change(world)
    whole = [
        await tag(world, what, run=run, form=form)
        for what, run, form in product(LISTS, (1, 2), READERS)
    ]
    for at, limits in enumerate(({"applicants": ["C1"]}, {"measures": [STATIONS, RESIDENTS]})):
        world.headers[f"few{at}"] = await key(owner, "portal", f"few{at}", **limits)
    several = [
        await tag(world, what, role)
        for what, role in product(("submissions", "discrepancies"), ("portal", "few0", "few1"))
    ]
    several += [await tag(world, "discrepancies", beyond="false")]

    assert len({*whole, *several}) == len(whole + several) - 1  # no limit reads as no limit
    assert await tag(world, "discrepancies", "portal") == await tag(world, "discrepancies")
    assert await tag(world, "ranking", "portal") == await tag(world, "ranking")


async def test_what_may_yet_change_has_no_validator(world: World) -> None:
    await fill(world)
    assert await tag(world, "submissions", "expert") is None
    for what in LISTS:
        answer = await export(world, what)
        assert "etag" not in answer.headers
        assert len(of_csv(answer.content)) > 0


async def test_who_may_not_have_a_file_is_not_told_that_it_has_it(world: World) -> None:
    await fill(world)
    known = {"If-None-Match": "*"}
    path = f"/rounds/{ROUND}/export/ranking"
    for role, run, status, kind in (
        ("expert", 1, 409, "marks-outstanding"),
        ("auditor", 9, 404, "not-found"),
    ):
        answer = await world.client.get(
            path, params={"run": run}, headers=world.headers[role] | known
        )
        problem(answer, status, kind)
