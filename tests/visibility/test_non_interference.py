"""Rounds that differ in marks alone that an expert must not know answer it byte for byte alike."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from itertools import product
from typing import Any

import httpx
import pytest

from shared.database import Database
from tests.fixtures.http import key
from tests.fixtures.make import MARK, STATIONS, World
from tests.panels.experts import TARGET, TEAM, Panel, open_panel
from tests.visibility import board

READS = [
    "",
    "/submissions",
    "/scores",
    "/scores?limit=1",
    "/scores?cohort=county&include=lines",
    "/scores?run=1",
    *(f"/scores/{of}{what}" for of in ("C1", "C2", "P1") for what in ("", "?run=1", "?run=2")),
    *(f"/scores/{of}/history?include=lines" for of in ("C1", "C2", "P1")),
    *(f"/scores/{of}/explanation?run={run}" for of in ("C1", "C2", "P1") for run in (1, 2, 3)),
    "/movements",
    "/movements?since=1&cohort=county",
    "/runs",
    "/runs/1",
    "/runs/3",
    "/entries",
    *(f"/entries/{of}/checklist" for of in ("C1", "C2", "P1")),
    "/operations",
    "/diagnostics",
    "/discrepancies",
    "/adjudications",
    "/conflicts",
    *(
        f"/export/{what}?format={form}"
        for what in ("ranking", "scores", "submissions", "discrepancies")
        for form in ("jsonl", "csv")
    ),
]
CHANGING = re.compile(
    rb'"[a-z_]*(?:_at|as_of)":"[^"]*"|"worker":"[^"]*"|"request_ids?":[^\]}]*\]?'
    rb'|"?expert-[A-Z2-7]{8}"?|"sha256":"[^"]*"|"id":\d+|(?m:^\d+,)|\d{4}-\d\d-\d\dT[^,]*Z'
    rb"|(?<=,)[0-9a-f]{32}(?=,)"
)
"""What differs between any two rounds: times, processes, requests, the round's own salt, ids."""

OWN_HEADERS = ("x-request-id", "content-length", "etag")
"""Both move with times and ids; what they are the length and the digest of is compared."""


PLAIN = {"Accept-Encoding": "identity"}
"""A compressed answer is as long as its times and ids let it be."""


async def told(panel: Panel, who: str, paths: Sequence[str]) -> list[tuple[int, Any, bytes]]:
    """Return what *who* is answered, headers included, but for what always changes."""
    found = []
    for path in paths:
        answer: httpx.Response = await panel.world.client.get(
            panel.path + path, headers=panel.world.headers[who] | PLAIN
        )
        if "content-disposition" not in answer.headers:
            assert answer.headers["content-length"] == str(len(answer.content))
        headers = [
            (name, value.replace(panel.code, ""))
            for name, value in answer.headers.multi_items()
            if name not in OWN_HEADERS
        ]
        body = CHANGING.sub(b"", answer.content)
        for own in (panel.code, f"{panel.code.lower()}s"):
            body = body.replace(own.encode(), b"")
        found.append((answer.status_code, sorted(headers), body))
    return found


async def play(panel: Panel, hidden: float) -> None:
    """Mark C1 as anna in full, everybody as boris: C2 and P1 with marks that depend on *hidden*."""
    for applicant in ("C1", "C2", "P1"):
        await panel.call(
            "source",
            "POST",
            "/submissions",
            {"applicant": applicant, "measure": STATIONS, "value": 5, "as_of": "2026-06-01"},
        )
    for measure in (MARK, TEAM):
        await panel.mark("anna", "C1", 62, measure)
        await panel.mark("boris", "C1", 55, measure)
    await panel.world.recompute()
    for at, applicant in enumerate(("C2", "P1")):
        for measure in (MARK, TEAM):
            await panel.mark("boris", applicant, hidden + at, measure)
        await panel.world.recompute()


@pytest.mark.parametrize("scale", [TARGET, {"min_max": {}}, {"percent_rank": {}}])
async def test_an_expert_cannot_tell_two_rounds_apart_that_differ_in_hidden_marks_only(
    world: World, owner: Database, scale: dict[str, Any]
) -> None:
    """Under a fixed scale and one that rests on the cohort of marks itself."""
    answers = []
    for number, hidden in enumerate((20.0, 90.0)):
        panel = await open_panel(world, owner, f"PANEL{number}", scale)
        await play(panel, hidden)
        answers.append(await told(panel, "anna", READS))
    for path, first, second in zip(READS, *answers, strict=True):
        assert first == second, path
    statuses = dict(zip(READS, (status for status, _, _ in answers[0]), strict=True))
    assert statuses["/scores/C1/explanation?run=3"] == 200
    assert statuses["/scores/C2"] == statuses["/scores"] == 409


async def test_nor_on_any_page_of_the_board(world: World, owner: Database) -> None:
    """Though another expert, who has given all of its marks, was shown the same pages before."""
    answers = []
    for number, hidden in enumerate((20.0, 90.0)):
        panel = await open_panel(world, owner, f"PANEL{number}", {"min_max": {}})
        await play(panel, hidden)
        assert await board.seen_whole(panel, "boris")
        answers.append(await board.shown(panel, "anna"))
    for path, page in answers[0].items():
        assert page == answers[1][path], path
    shown = {path for path, (status, *_) in answers[0].items() if status == HTTPStatus.OK}
    assert {"/board", "/work", "/applicants/C1", "/applicants/C1/lines/B-4"} <= shown
    assert not shown & {"/applicants/C2", "/applicants/C2/lines/B-4", "/movement/3", *board.KEPT}


async def asked(panel: Panel) -> list[tuple[int, bytes]]:
    """Return what anna is answered who asks what marks of hers would do."""
    found = []
    for applicant, measure in product(("C1", "C2", "P1"), (MARK, TEAM)):
        answer = await panel.world.client.post(
            f"{panel.path}/submissions/batch",
            json={
                "items": [
                    {"applicant": applicant, "measure": measure, "value": 40, "as_of": "2026-06-01"}
                ]
            },
            headers=panel.world.headers["anna"],
            params={"dry_run": "true"},
        )
        found.append((answer.status_code, CHANGING.sub(b"", answer.content)))
    return found


async def test_a_dry_run_tells_an_expert_nothing_of_hidden_marks(
    world: World, owner: Database
) -> None:
    """Nor what its own marks would move: from that the others' could be worked out."""
    answers = []
    for number, hidden in enumerate((20.0, 90.0)):
        panel = await open_panel(world, owner, f"PANEL{number}", {"min_max": {}})
        await play(panel, hidden)
        answers.append(await asked(panel))

    assert answers[0] == answers[1]
    assert all(status == 200 and b'"effect":null' in body for status, body in answers[0])


async def test_another_key_of_the_same_expert_sees_no_more(world: World, owner: Database) -> None:
    panel = await open_panel(world, owner)
    await play(panel, 50)
    world.headers["second"] = await key(owner, "expert", "anna", measures=[MARK])

    answer = await panel.call("second", "GET", "/scores/C1/explanation")

    assert answer.status_code == 200
    document = answer.json()
    assert document["above"] is None
    withheld = {each["measure"]: each["withheld"] for each in document["measures"]}
    assert withheld.pop(MARK) is False
    assert set(withheld.values()) == {True}
