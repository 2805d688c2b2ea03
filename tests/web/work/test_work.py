"""What is left to do, by role, and the forms that do it."""

import re

import pytest

from shared.database import Database
from tests.fixtures.http import TYPES, key, open_types, stored
from tests.fixtures.make import GRADE, MARK, ROUND, SCENES, STATIONS, World
from tests.panels.experts import PANEL, TEAM, open_panel
from tests.web.work.forms import faults, focus, page, send

VALUES = ("values", "C1")
DAY = {"as_of": "2026-06-01"}


async def test_an_expert_is_led_from_mark_to_mark_and_sees_what_is_left(
    world: World, owner: Database
) -> None:
    """Those to whom it has a tie are not on its list, and others' marks are nowhere."""
    panel = await open_panel(world, owner)
    await panel.tie("anna", "P1", by="anna")
    await panel.mark("boris", "C1", 77.25)

    first = await page(world, "anna", code=PANEL)
    assert "0 of 4 marks given, 4 left." in first.text
    assert set(re.findall(r"/applicants/(\w+)", first.text)) == {"C1", "C2"}

    form = await page(world, "anna", "values", "C1", MARK, code=PANEL)
    answer = await send(world, form, DAY | {"value": "64.5"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"/board/rounds/{PANEL}/work/values/C1/{TEAM}?")

    mine = await page(world, "anna", "applicants", "C1", code=PANEL)
    assert re.findall(r'<td class="number".*?>(.*?)</td>', mine.text) == [
        "64.5",
        '<span class="lacks">not marked</span>',
    ]
    assert "1 of 4 marks given, 3 left." in (await page(world, "anna", code=PANEL)).text
    assert "77.25" not in mine.text + form.text + first.text

    await panel.mark("anna", "C1", 50, TEAM)
    behind = await page(world, "anna", code=PANEL)
    assert list(dict.fromkeys(re.findall(r"/applicants/(\w+)", behind.text))) == ["C2", "C1"]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "A number has no separators between its digits."),
        ("zh", "数字之间不能有分隔符。"),
    ],
)
async def test_what_is_refused_stands_beside_its_field_and_what_was_typed_is_kept(
    world: World, lang: str, words: str
) -> None:
    form = await page(world, "expert", *VALUES, MARK, lang=lang)
    comment = '"><script>alert(1)</script>'
    answer = await send(world, form, {"value": "1,000", "as_of": "1 June", "comment": comment})

    assert answer.status_code == 422
    assert faults(answer) == {"value": ["grouped-digits"], "as_of": ["not-a-date"]}
    answer = await send(world, form, DAY | {"value": "1,000", "comment": comment})

    assert answer.status_code == 422
    assert faults(answer) == {"value": ["grouped-digits"]}
    assert words in answer.text
    assert focus(answer) == ["value"]
    assert 'value="1,000"' in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "<script>alert" not in answer.text
    assert await stored(world) == []


async def test_a_form_that_is_sent_twice_says_it_once(world: World) -> None:
    form = await page(world, "portal", *VALUES, STATIONS)
    answers = [await send(world, form, DAY | {"value": "12"}) for _ in range(2)]

    assert [each.status_code for each in answers] == [303, 303]
    assert [each["value"] for each in await stored(world)] == [12]


async def test_a_form_filled_over_what_changed_meanwhile_is_stale_and_shown_with_what_stands(
    world: World,
) -> None:
    """Though the other was taken back: it is not the reader who decided that nothing holds."""
    first, second = [await page(world, "portal", *VALUES, STATIONS) for _ in range(2)]
    await send(world, first, DAY | {"value": "12"})
    stale = await send(world, second, DAY | {"value": "13"})

    assert (stale.status_code, faults(stale)) == (409, {"value": ["stale-revision"]})
    assert "What stands of yours is 12" in stale.text
    assert 'value="13"' in stale.text
    assert (await send(world, stale, DAY | {"value": "13"})).status_code == 303

    over = await page(world, "portal", *VALUES, STATIONS)
    assert [(await send(world, over, {}, at=1)).status_code for _ in range(2)] == [303, 303]
    assert faults(await send(world, over, DAY | {"value": "14"})) == {"value": ["stale-revision"]}
    again = await page(world, "portal", *VALUES, STATIONS)
    assert (await send(world, again, DAY | {"value": "14"})).status_code == 303


async def test_each_kind_of_measure_has_a_form_of_its_own(world: World) -> None:
    await open_types(world)
    for measure, fields in (
        (STATIONS, {"value": "7"}),
        (GRADE, {"value": "B"}),
        ("plan", {"value": "false"}),
        ("rate", {"value": "0.25"}),
        (SCENES, {"code-S1": "on", "code-S3": "on"}),
    ):
        form = await page(world, "portal", *VALUES, measure, code=TYPES)
        assert faults(await send(world, form, DAY)) == {"value": ["value-missing"]}, measure
        assert (await send(world, form, DAY | fields)).status_code == 303, measure

    path = f"/rounds/{TYPES}/submissions"
    items = (await world.call("admin", "GET", path)).json()["items"]
    assert [each["value"] for each in items] == [7, "B", False, 0.25, ["S1", "S3"]]

    form = await page(world, "portal", *VALUES, SCENES, code=TYPES)
    assert re.findall(r'name="code-(\w+)" value="on" checked', form.text) == ["S1", "S3"]
    both = await send(world, form, DAY | {"code-S1": "on", "code.": "on"})
    assert faults(both) == {"value": ["not-codes"]}
    assert (await send(world, form, DAY | {"code.": "on"})).status_code == 303
    form = await page(world, "portal", *VALUES, SCENES, code=TYPES)
    assert (await send(world, form, {}, at=1)).status_code == 303
    items = (await world.call("admin", "GET", path, measure=SCENES)).json()["items"]
    assert [(each["value"], each["status"]) for each in items][1:] == [
        ([], "reported"),
        (None, "withdrawn"),
    ]


async def test_a_portals_list_says_what_is_missing_and_ends_where_its_key_does(
    world: World, owner: Database
) -> None:
    limits = {"applicants": ["C1"], "measures": [STATIONS]}
    world.headers["county"] = await key(owner, "portal", "county", **limits)
    answer = await page(world, "county")
    assert answer.headers["location"].startswith(f"/board/rounds/{ROUND}/work/applicants/C1")

    await world.submit("portal", "C1", GRADE, "A")
    shown = await page(world, "county", "applicants", "C1")
    assert "1 of 5 are there" in shown.text
    assert re.findall(r"/values/C1/(\w+)", shown.text) == [STATIONS]
    for path in ("applicants", "C2"), ("values", "C2", STATIONS), ("values", "C1", GRADE):
        assert (await page(world, "county", *path)).status_code == 403

    shown = await page(world, "portal", "applicants", "C1")
    assert set(re.findall(r"/values/C1/(\w+)", shown.text)) == {STATIONS, GRADE, SCENES}


async def test_nothing_is_taken_from_another_site_or_in_a_closed_round(world: World) -> None:
    form = await page(world, "portal", *VALUES, STATIONS)
    headers = {"Cookie": form.request.headers["cookie"], "Sec-Fetch-Site": "cross-site"}
    answer = await world.client.post(
        str(form.request.url), data=DAY | {"value": "1"}, headers=headers
    )
    assert answer.status_code == 403

    await world.transition("closed")
    answer = await send(world, form, DAY | {"value": "1"})
    assert answer.status_code == 409
    assert "The round does not accept submissions." in answer.text
    assert await stored(world) == []


async def test_work_is_for_those_who_have_some(world: World) -> None:
    for role in ("auditor", "source"):
        assert (await page(world, role)).status_code == 403
    for path in ("state",), ("entries",), ("panels", "C1", MARK):
        for role in ("portal", "expert"):
            assert (await page(world, role, *path)).status_code == 403
