"""A mark that its expert changes when it can read others': flagged, or refused by the panel."""

from typing import Any

import httpx
import pytest

from shared.database import Database
from tests.fixtures.http import findings, problem
from tests.fixtures.make import MARK, STATIONS, World
from tests.panels.experts import DAY, Panel, framework_of_panels, open_panel

FLAG = "revised_after_sight"


@pytest.fixture
async def panel(world: World, owner: Database) -> Panel:
    """Give a round with experts, of whom anna alone has marked C1."""
    panel = await open_panel(world, owner)
    await panel.mark("anna", "C1", 60)
    return panel


@pytest.fixture
async def refusing(panel: Panel) -> Panel:
    """Give another round, of the same experts, whose first panel refuses; anna and boris marked."""
    document = framework_of_panels("refusing")
    document["measures"][MARK]["panel"]["after_sight"] = "refuse"
    world = panel.world
    await world.call("admin", "POST", "/frameworks", document)
    body = {
        "code": "STRICT",
        "framework": {"code": "small", "version": "refusing"},
        "title": {"zh": "严", "en": "Strict"},
        "reference_date": "2026-06-30",
    }
    await world.call("admin", "POST", "/rounds", body)
    strict = Panel(world, "STRICT")
    for applicant in ("C1", "C2"):
        await world.call("portal", "PUT", f"{strict.path}/entries/{applicant}")
    await strict.transition("open")
    await strict.mark("anna", "C1", 60)
    await strict.mark("boris", "C1", 62)
    return strict


async def revised(panel: Panel) -> dict[str, bool]:
    """Return of each of C1's marks in adjudications, by expert's name, whether it was revised."""
    (case,) = await panel.listed("/adjudications")
    return {each["name"]: each[FLAG] for each in case["marks"]}


async def test_a_mark_that_is_changed_when_another_can_be_read_is_flagged(panel: Panel) -> None:
    await panel.mark("boris", "C1", 90)
    assert await panel.line() == (75, ["spread"])
    assert await revised(panel) == {"anna": False, "boris": False}

    assert (await panel.mark("anna", "C1", 70)).json()["result"] == "revised"

    assert await panel.line() == (80, ["spread", FLAG])
    assert await revised(panel) == {"anna": True, "boris": False}


async def test_a_correction_before_there_is_another_to_read_is_no_matter(panel: Panel) -> None:
    await panel.mark("anna", "C1", 64)
    await panel.mark("boris", "C1", 66)
    assert (await panel.mark("anna", "C1", 64)).json()["result"] == "unchanged"
    assert await panel.line() == (65, [])


async def test_who_comes_second_could_read_the_first_from_its_own_mark_on(panel: Panel) -> None:
    await panel.mark("boris", "C1", 66)
    await panel.mark("boris", "C1", 64)
    assert await panel.line() == (62, [FLAG])


async def test_a_way_round_by_withdrawal_or_by_another_date_is_flagged_too(panel: Panel) -> None:
    await panel.mark("boris", "C1", 62)
    await panel.mark("anna", "C1", None)
    assert await panel.line() == (None, ["missing", "few_marks"])
    await panel.mark("anna", "C1", 64)
    assert await panel.line() == (63, [FLAG])

    await panel.mark("anna", "C1", 60)
    assert await panel.line() == (61, [])
    await panel.mark("anna", "C1", 66, as_of="2026-06-02")
    assert await panel.line() == (64, [FLAG])


async def test_a_mark_after_a_withdrawal_is_blind_if_none_could_be_read_before(
    panel: Panel,
) -> None:
    """While its mark was gone, anna could not read the one that boris gave."""
    await panel.mark("anna", "C1", None)
    await panel.mark("boris", "C1", 62)
    await panel.mark("anna", "C1", 64)
    assert await panel.line() == (63, [])


async def test_an_adjudication_takes_the_flag_from_the_line_and_not_from_the_mark(
    panel: Panel,
) -> None:
    await panel.mark("boris", "C1", 62)
    await panel.mark("anna", "C1", 64)
    await panel.settle(70)
    assert await panel.line() == (70, ["adjudicated"])
    assert await revised(panel) == {"anna": True, "boris": False}


async def test_an_adjudicated_mark_can_be_read_as_others_can(panel: Panel) -> None:
    await panel.settle(70)
    await panel.mark("anna", "C1", 69)
    await panel.settle(None)
    await panel.mark("boris", "C1", 69)
    assert await panel.line() == (69, [FLAG])


async def test_the_flag_stays_when_others_change_and_each_line_has_its_own(panel: Panel) -> None:
    """A later run reads only who changed, and keeps the remarks on everybody else."""
    await panel.mark("boris", "C1", 62)
    await panel.mark("anna", "C1", 64)
    assert await panel.line() == (63, [FLAG])
    await panel.mark("anna", "C2", 60)
    await panel.mark("boris", "C2", 62)
    assert await panel.line("C2") == (61, [])
    assert await panel.line() == (63, [FLAG])


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("zh", "有专家在可以看到他人评分后改动了评分"), ("en", "An expert changed its mark when")],
)
async def test_an_explanation_says_it(panel: Panel, language: str, sentence: str) -> None:
    await panel.mark("boris", "C1", 62)
    await panel.mark("anna", "C1", 64)
    await panel.world.recompute()
    path = f"{panel.path}/scores/C1/explanation"
    told = (await panel.call("auditor", "GET", "/scores/C1/explanation")).json()
    text = await panel.world.client.get(
        path,
        headers=panel.world.headers["auditor"]
        | {"Accept": "text/plain", "Accept-Language": language},
    )

    flags = {each["measure"]: each["flags"] for each in told["measures"]}
    assert flags[MARK] == [FLAG]
    assert sentence in text.text


async def test_a_panel_that_refuses_takes_no_change_after_sight(refusing: Panel) -> None:
    before = await refusing.listed("/submissions")
    for value in (64, None):
        said = problem(await refusing.mark("anna", "C1", value), 409, "revised-after-sight")
        assert said["detail"] == (
            f"others' marks of {MARK} of C1 can be read; yours stays as you gave it before"
        )
    later = await refusing.mark("anna", "C1", 64, as_of="2026-06-02")
    problem(later, 409, "revised-after-sight")
    assert (await refusing.mark("anna", "C1", 60)).json()["result"] == "unchanged"
    assert await refusing.listed("/submissions") == before


async def test_a_panel_that_refuses_takes_what_is_given_blind(refusing: Panel) -> None:
    assert (await refusing.mark("clara", "C1", 65)).json()["result"] == "created"
    assert (await refusing.mark("anna", "C2", 65)).json()["result"] == "created"
    assert (await refusing.mark("anna", "C2", 66)).json()["result"] == "revised"


async def test_a_refusal_tells_of_no_mark_that_could_not_be_read(refusing: Panel) -> None:
    """Whether boris has marked C2 while anna's own mark was gone makes no difference to her."""
    for value in (65, None):
        await refusing.mark("anna", "C2", value)
    await refusing.mark("boris", "C2", 62)
    assert (await refusing.mark("anna", "C2", 66)).json()["result"] == "revised"
    problem(await refusing.mark("anna", "C2", 65), 409, "revised-after-sight")


async def batch(panel: Panel, *rows: dict[str, Any]) -> httpx.Response:
    """Send rows as anna, of C1 and 1 June unless they say otherwise; the good ones are taken."""
    usual = {"applicant": "C1", "measure": MARK, "as_of": DAY}
    headers = panel.world.headers["anna"] | {"Prefer": "handling=lenient"}
    return await panel.world.client.post(
        f"{panel.path}/submissions/batch",
        json={"items": [usual | row for row in rows]},
        headers=headers,
    )


async def test_a_row_of_a_batch_is_refused_for_itself(refusing: Panel) -> None:
    answer = await batch(
        refusing,
        {"value": 64},
        {"value": 64, "applicant": "C2"},
        {"value": 64, "measure": STATIONS},
    )

    items = answer.json()["items"]
    assert findings(items[0]) == [("/value", "revised-after-sight")]
    assert [each["result"] for each in items] == ["rejected", "created", "rejected"]
    stored = await refusing.listed("/submissions")
    assert [(each["applicant"], each["value"]) for each in stored] == [
        ("C1", 60),
        ("C1", 62),
        ("C2", 64),
    ]


async def test_no_way_round_through_a_batch_changes_what_stands(refusing: Panel) -> None:
    """An earlier date is free while a later one stands, which then cannot be taken away."""
    later = {"as_of": "2026-06-02"}
    taken = await batch(refusing, {"value": 64}, {"value": 60} | later)
    refused = await batch(refusing, {"value": None, "status": "withdrawn"} | later)

    assert [each["result"] for each in taken.json()["items"]] == ["revised", "created"]
    assert [each["code"] for each in refused.json()["errors"]] == ["revised-after-sight"]
    assert await refusing.line() == (61, [])


async def test_a_tie_takes_marks_back_all_the_same_and_is_the_reason_that_is_given(
    refusing: Panel,
) -> None:
    assert (await refusing.tie("anna", "C1")).status_code == 200
    problem(await refusing.mark("anna", "C1", 64), 409, "conflict-of-interest")

    await refusing.tie("anna", "C1", "lifted")
    problem(await refusing.mark("anna", "C1", 64), 409, "revised-after-sight")
    assert (await refusing.mark("anna", "C1", 60)).status_code == 201


async def test_a_closed_round_says_that_it_is_closed(refusing: Panel) -> None:
    await refusing.transition("closed")
    problem(await refusing.mark("anna", "C1", 64), 409, "round-not-open")
