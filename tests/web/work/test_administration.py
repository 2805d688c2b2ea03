"""What an administrator decides by forms: with the checks of the interface, and once."""

import pytest

from shared.database import Database
from tests.fixtures.http import key
from tests.fixtures.make import MARK, ROUND, STATIONS, World
from tests.panels.experts import PANEL, open_panel
from tests.submissions import plausible
from tests.web.work.forms import faults, focus, page, send


async def state(world: World) -> str:
    """Return the state of the round."""
    found: str = (await world.call("admin", "GET", f"/rounds/{ROUND}")).json()["state"]
    return found


async def test_a_round_is_closed_and_opened_again_for_a_reason(world: World) -> None:
    answer = await send(world, await page(world, "admin", "state"), {})
    assert answer.status_code == 303
    assert await state(world) == "closed"

    form = await page(world, "admin", "state")
    assert "What deserves a look before it opens" in form.text
    answer = await send(world, form, {})
    assert (answer.status_code, faults(answer)) == (422, {"reason": ["missing"]})
    assert focus(answer) == ["reason"]
    assert await state(world) == "closed"

    for _ in range(2):
        assert (await send(world, form, {"reason": "A map was late."})).status_code == 303
    events = await world.call("auditor", "GET", "/audit/events", action="round.transition")
    assert [each["detail"]["to"] for each in events.json()["items"]] == ["open", "closed", "open"]


async def test_what_a_form_is_refused_changes_nothing_whatever_is_sent_with_it(
    world: World,
) -> None:
    form = await page(world, "admin", "entries")
    await world.transition("closed")
    more = {"Idempotency-Key": "k", "Authorization": "Bearer x"}
    answer = await send(world, form, {"q": "a\0b"}, more=more)

    assert answer.status_code == 409
    listed = (await world.call("auditor", "GET", f"/rounds/{ROUND}/entries")).json()["items"]
    assert {each["state"] for each in listed} == {"accepted"}


async def test_an_applicant_is_withdrawn_and_entered_again(world: World) -> None:
    answer = await send(world, await page(world, "admin", "entries"), {})
    assert answer.status_code == 303
    shown = await page(world, "admin", "entries")
    assert shown.text.count("withdrawn</span>") == 1
    assert (await send(world, shown, {})).status_code == 303
    assert "withdrawn</span>" not in (await page(world, "admin", "entries")).text

    answer = await send(world, shown, {"applicant": "nobody"})
    assert answer.status_code == 404
    assert "Not saved" in answer.text


async def test_a_held_value_is_confirmed_for_a_reason_and_once(world: World) -> None:
    await plausible.open_round(world)
    held = (await plausible.say(world, 50_000)).json()["id"]
    shown = await page(world, "admin", code=plausible.ROUND)
    assert f"/work/held/{held}" in shown.text

    form = await page(world, "admin", "held", str(held), code=plausible.ROUND)
    assert faults(await send(world, form, {})) == {"reason": ["missing"]}
    answers = [await send(world, form, {"reason": "Counted twice."}) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert await plausible.listed(world, measure=STATIONS) == [
        (50_000, "above-plausible"),
        (50_000, None),
    ]
    again = await page(world, "admin", "held", str(held), code=plausible.ROUND)
    assert again.status_code == 409


async def test_a_panel_that_disagrees_is_settled_and_left_to_itself_again(
    world: World, owner: Database
) -> None:
    panel = await open_panel(world, owner)
    for expert, value in (("anna", 90), ("boris", 60)):
        await panel.mark(expert, "C1", value)
    path = ("panels", "C1", MARK)
    assert f"/work/panels/C1/{MARK}" in (await page(world, "admin", code=PANEL)).text

    form = await page(world, "admin", *path, code=PANEL)
    answer = await send(world, form, {"value": "101", "reason": "Heard both."})
    assert (answer.status_code, faults(answer)) == (422, {"value": ["above-range"]})
    for _ in range(2):
        answer = await send(world, form, {"value": "70", "reason": "Heard both."})
        assert answer.status_code == 303
    assert await panel.line() == (70, ["adjudicated"])

    form = await page(world, "admin", *path, code=PANEL)
    assert "70 (admin: Heard both.)" in form.text
    assert (await send(world, form, {"reason": "Heard again."}, at=1)).status_code == 303
    assert await panel.line() == (75, ["spread"])


async def test_a_limited_administrator_is_shown_whom_its_key_reaches_and_no_other(
    world: World, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many others stand before them in the list."""
    monkeypatch.setattr("web.administration.entries.ON_A_PAGE", 1)
    world.headers["few"] = await key(owner, "admin", "few", applicants=["P1"])

    listed = await page(world, "few", "entries")
    assert ("P1" in listed.text, "C1" in listed.text) == (True, False)
    beyond = [await page(world, "few", "panels", of, MARK) for of in ("C1", "nobody")]
    assert [each.status_code for each in beyond] == [403, 403]
