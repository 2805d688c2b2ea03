"""Exports over HTTP: what they hold, for whom, and under which name."""

import json
from itertools import count
from typing import Any

import httpx
import pytest

from api.exports import limiter
from shared.database import Database
from shared.exports import service as exports
from shared.rankings import store as standings
from shared.submissions import list_store as recorded
from tests.exports.reading import Rows, of_csv, of_item, of_json_lines, of_workbook, same
from tests.fixtures.http import findings, key, pages, problem
from tests.fixtures.make import (
    GRADE,
    MARK,
    RESIDENTS,
    ROUND,
    SCENES,
    STATIONS,
    World,
)

LISTS = {
    "ranking": ("/scores", {}),
    "scores": ("/scores", {"include": "lines"}),
    "submissions": ("/submissions", {}),
    "discrepancies": ("/discrepancies", {}),
}
REPORTED = ("submissions", "discrepancies")
READERS = {"csv": of_csv, "xlsx": of_workbook, "jsonl": of_json_lines}
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
}
HOSTILE = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "'quoted", "''", "' "),
    *("<script>alert(1)</script>", "<r><t>rich</t></r>", "a,b;c", 'say "so"', "two\r\nlines"),
    *("\u202egnp.exe", "210200000001", "0012", "1E5", "1-2", "12:30", "_x0041_", "旅顺口区"),
    *("\ufffe", "a\x0bb", "\x7f\x85\u2028", " padded ", "🏭"),
]


async def fill(world: World) -> None:
    """Report something of every type, two of it differently, and recompute."""
    for role, applicant, measure, value in (
        ("source", "C1", STATIONS, 618),
        ("portal", "C1", STATIONS, 655),
        ("source", "C1", RESIDENTS, 30_000),
        ("portal", "C1", GRADE, "B"),
        ("portal", "C1", SCENES, ["S1", "S3"]),
        ("expert", "C1", MARK, 62.5),
        ("expert", "C2", MARK, 62.5),
        ("portal", "P1", STATIONS, 7),
        ("source", "P1", STATIONS, 9),
    ):
        answer = await world.submit(role, applicant, measure, value, reference="=p. 12", comment="")
        assert answer.status_code == 201, answer.text
    await world.recompute()


async def export(
    world: World, what: str, form: str = "csv", role: str = "auditor", **params: Any
) -> httpx.Response:
    """Export something."""
    path = f"/rounds/{ROUND}/export/{what}"
    return await world.call(role, "GET", path, format=form, **params)


async def rows(world: World, what: str, form: str, role: str = "auditor", **params: Any) -> Rows:
    """Export something and read it back."""
    answer = await export(world, what, form, role, **params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPES[form]
    return READERS[form](answer.content)


async def listed(world: World, what: str, role: str = "auditor") -> Rows:
    """Return all items of the list that is exported."""
    path, params = LISTS[what]
    found = await pages(world, f"/rounds/{ROUND}{path}", role, limit=2, **params)
    return [item for page in found for item in page]


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize("what", LISTS)
async def test_an_export_says_what_its_list_says(
    world: World, what: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In several pages: of one applicant, or of two rows."""
    monkeypatch.setattr(exports, "LINES_AT_ONCE", 5)
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 2)
    await fill(world)
    items = await listed(world, what)
    if what == "discrepancies":  # in order of applicant, not of difference
        items.sort(key=lambda item: (item["applicant"], item["measure"]))

    found = await rows(world, what, form)

    assert len(found) == len(items) > 1
    for row, item in zip(found, items, strict=True):
        if form == "jsonl":
            assert row == item
        else:
            wrong = [name for name, cell in row.items() if not same(cell, of_item(item, name))]
            assert not wrong, [(name, row[name], of_item(item, name)) for name in wrong]


async def test_every_member_of_an_item_has_a_column(world: World) -> None:
    await fill(world)
    for what in LISTS:
        (item, *_), (row, *_) = await listed(world, what), await rows(world, what, "csv")
        assert {column.partition(".")[0] for column in row} == set(item)
    assert "lines.A-2.points" in (await rows(world, "scores", "csv"))[0]


@pytest.mark.parametrize("form", READERS)
async def test_what_is_empty_has_its_columns_all_the_same(world: World, form: str) -> None:
    for what in LISTS:
        assert await rows(world, what, form) == []
        text = (await export(world, what, "csv")).content.decode("utf-8-sig")
        assert text.startswith(("applicant,", "id,"))


@pytest.mark.parametrize("form", READERS)
async def test_hostile_texts_come_back_as_they_were(world: World, form: str) -> None:
    """No text becomes a formula, a number, markup or another text."""
    for at, each in enumerate(HOSTILE):
        body = {"code": f"9{at:011}", "kind": "park", "name": {"zh": each, "en": f"{each}!"}}
        answer = await world.call("admin", "POST", "/applicants", body | {"division": None})
        assert answer.status_code == 201, answer.text
        await world.call("portal", "PUT", f"/rounds/{ROUND}/entries/{body['code']}")
    await world.recompute()

    found = {}
    for row in await rows(world, "ranking", form):
        zh, en = row["name"].values() if form == "jsonl" else (row["name.zh"], row["name.en"])
        found[row["applicant"]] = (zh, en)

    assert {f"9{at:011}": (each, f"{each}!") for at, each in enumerate(HOSTILE)}.items() <= (
        found.items()
    )


async def test_the_name_of_the_file_says_round_and_run(world: World) -> None:
    await fill(world)
    for what, of in (
        ("ranking", f"{ROUND}-run-1-ranking"),
        ("scores", f"{ROUND}-run-1-scores"),
        ("submissions", f"{ROUND}-submissions"),
        ("discrepancies", f"{ROUND}-discrepancies"),
    ):
        answer = await export(world, what, "xlsx")
        said = f"attachment; filename=\"{of}.xlsx\"; filename*=UTF-8''{of}.xlsx"
        assert answer.headers["content-disposition"] == said
        assert answer.headers.get("pilotzone-run") == ("1" if "run" in of else None)
        assert answer.headers["cache-control"] == "private, no-store"
        assert "etag" not in answer.headers


async def test_an_earlier_run_is_exported_as_it_was(world: World) -> None:
    await fill(world)
    before = await listed(world, "scores")
    await world.submit("source", "C1", STATIONS, 20, "2026-06-02")
    await world.recompute()

    assert await rows(world, "scores", "jsonl", run=1) == before
    assert await rows(world, "scores", "jsonl") != before
    problem(await export(world, "scores", run=3), 404, "not-found")


async def test_a_run_while_it_is_exported_changes_nothing_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(world)
    before = await listed(world, "scores")
    lines, asked = standings.lines, 0

    async def between(*given: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked == 2:
            await world.submit("source", "P1", STATIONS, 70_000, "2026-06-02")
            assert await world.recompute()
        return await lines(*given)

    monkeypatch.setattr(exports, "LINES_AT_ONCE", 5)
    monkeypatch.setattr(standings, "lines", between)

    assert await rows(world, "scores", "jsonl") == before
    assert asked == 3


async def test_what_comes_while_submissions_are_exported_is_not_in_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an export of a busy round would never end."""
    await fill(world)
    before = await listed(world, "submissions")
    page, residents = recorded.page, count(1)

    async def followed(*given: Any) -> Any:
        answer = await world.submit("source", "P1", RESIDENTS, next(residents))
        assert answer.status_code == 201
        return await page(*given)

    monkeypatch.setattr(exports, "ROWS_AT_ONCE", len(before) - 1)
    monkeypatch.setattr(recorded, "page", followed)

    assert await rows(world, "submissions", "jsonl") == before


async def test_a_key_has_some_exports_at_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "MOST_OF_ONE", 1)
    for _ in range(3):  # what has ended is counted no longer
        assert (await export(world, "ranking", "xlsx")).status_code == 200
    monkeypatch.setattr(limiter, "MOST_OF_ONE", 0)
    for form in READERS:
        answer = await export(world, "ranking", form)
        problem(answer, 503, "unavailable")
        assert answer.headers["retry-after"]


async def test_head_says_what_get_would_and_makes_nothing(world: World) -> None:
    await fill(world)
    path = f"/rounds/{ROUND}/export/scores"
    get = await export(world, "scores", "xlsx")
    head = await world.call("auditor", "HEAD", path, format="xlsx")

    assert head.content == b""
    own = {"x-request-id", "content-length"}
    told = [{k: v for k, v in each.headers.items() if k not in own} for each in (get, head)]
    assert told[0] == told[1]


async def test_what_was_reported_is_exported_as_a_run_rests_on_it(world: World) -> None:
    await fill(world)
    then = [await rows(world, what, "jsonl") for what in REPORTED]
    for role, value in (("source", 1), ("portal", 900)):
        assert (await world.submit(role, "C2", STATIONS, value)).status_code == 201
    await world.recompute()

    assert [await rows(world, what, "jsonl", run=1) for what in REPORTED] == then
    now = [await rows(world, what, "jsonl") for what in REPORTED]
    assert now != then
    assert [await rows(world, what, "jsonl", run=2) for what in REPORTED] == now
    answer = await export(world, "submissions", run=1)
    assert answer.headers["pilotzone-run"] == "1"
    assert f"{ROUND}-run-1-submissions.csv" in answer.headers["content-disposition"]


async def test_what_is_no_export_is_refused(world: World) -> None:
    problem(await export(world, "nothing"), 404, "not-found")
    assert findings(problem(await export(world, "ranking", "pdf"), 422, "invalid")) == [
        ("/query/format", "literal-error")
    ]
    problem(await export(world, "submissions", run=1), 404, "not-found")
    missing = await world.call("auditor", "GET", "/rounds/R1999/export/ranking")
    problem(missing, 404, "not-found")


async def test_each_reads_what_its_list_shows(world: World, owner: Database) -> None:
    """By role and by the limits of a key: the same rows, names of reporters included."""
    await fill(world)
    limits = {"applicants": ["C1"], "measures": [STATIONS]}
    world.headers["narrow"] = await key(owner, "portal", "narrow", **limits)
    world.headers["boris"] = await key(owner, "expert", "boris")
    await world.submit("boris", "C1", MARK, 70)
    for role in world.headers:
        for what, (path, params) in LISTS.items():
            asked = await world.call(role, "GET", f"/rounds/{ROUND}{path}", **params)
            answer = await export(world, what, "jsonl", role)
            assert answer.status_code == asked.status_code, (role, what)
            if answer.is_success:
                found = of_json_lines(answer.content)
                items = await listed(world, what, role)
                assert sorted(map(json.dumps, found)) == sorted(map(json.dumps, items))
            else:
                assert answer.json()["type"] == asked.json()["type"]


async def test_an_expert_exports_no_ranking_before_all_of_its_marks_stand(world: World) -> None:
    await world.submit("expert", "C1", MARK, 62)
    await world.recompute()
    for what in ("ranking", "scores"):
        for form in READERS:
            problem(await export(world, what, form, "expert"), 409, "marks-outstanding")

    await world.transition("closed")

    assert len(await rows(world, "ranking", "csv", "expert")) == 3
