"""The ranking as a page: what it shows, to whom, and how it is kept."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from shared.database import Database
from shared.database.schema import driver_url
from tests.fixtures.http import gateway
from tests.fixtures.make import ROUND, STATIONS, World
from tests.web.signed_in import BOARD, see
from web.charts import bars
from web.charts.bars import Part
from web.cookies import SECURE
from worker.loop import Bell
from worker.operations import Operator

ROW = re.compile(
    r'<tr data-key="(\w+)"><td class="rank">(.*?)</td><td class="moved">(.*?)</td>.*?'
    r'<td class="total">(.*?)</td>'
)
ENTRIES = "work/entries"
HOSTILE = "<script>alert(1)</script>"


def rows(text: str) -> list[tuple[str, str, str]]:
    """Return who is shown, at which rank, and what stands for how they moved."""
    return [(code, rank, re.sub("<.*?>", "", moved)) for code, rank, moved, _ in ROW.findall(text)]


async def scored(world: World, **stations: int) -> None:
    """Report counts and have a run take them in."""
    for code, count in stations.items():
        answer = await world.submit("source", code, STATIONS, count)
        assert answer.status_code in (200, 201), answer.text
    assert await world.recompute()


async def test_a_stranger_is_led_to_where_one_signs_in_and_back(world: World) -> None:
    answer = await world.client.get(f"{BOARD}?lang=en&cohort=county")

    assert answer.status_code == 303
    back = f"%2Fboard%2Frounds%2F{ROUND}%3Flang%3Den%26cohort%3Dcounty"
    assert answer.headers["location"] == f"/board/sign-in?next={back}&lang=en"


async def test_a_page_shows_places_and_who_moved_since_the_run_before(world: World) -> None:
    await scored(world, C1=10, C2=20)
    first = await see(world, "auditor", lang="en")
    await scored(world, C1=40)
    second = await see(world, "auditor", lang="en")

    assert rows(first.text) == [("C2", "1", "·"), ("C1", "2", "·")]
    assert rows(second.text) == [("C1", "1", "▲1"), ("C2", "2", "▼1")]
    assert "run 2 · up to date" in second.text
    assert 'aria-label="up 1"' in second.text


async def test_a_page_is_in_the_readers_language_and_says_so(world: World) -> None:
    await scored(world, C1=10)
    chinese = await see(world, "portal", more={"Accept-Language": "zh-CN"})
    english = await see(world, "portal", more={"Accept-Language": "zh-CN"}, lang="en")

    assert chinese.headers["content-language"] == "zh"
    assert "排名 · 县（市、区）" in chinese.text
    assert english.headers["content-language"] == "en"
    assert "Ranking · Counties" in english.text
    assert {"Cookie", "Accept-Language"} <= set(english.headers["vary"].split(", "))


async def test_a_page_that_is_known_is_not_sent_again(world: World) -> None:
    await scored(world, C1=10)
    answer = await see(world, "auditor")
    again = await see(world, "auditor", more={"If-None-Match": answer.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")


async def test_what_is_asked_again_is_answered_as_the_first_time(world: World) -> None:
    """To each in its language, of the newest run, and to nobody who may not see it."""
    await scored(world, C1=10, C2=20)
    first = await see(world, "auditor")
    again = await see(world, "auditor")
    english = await see(world, "auditor", more={"Accept-Language": "en"})
    stranger = await world.client.get(BOARD)
    expert = await see(world, "expert")
    await scored(world, C1=40)
    newer = await see(world, "auditor")

    assert (again.text, again.headers["etag"]) == (first.text, first.headers["etag"])
    assert english.headers["content-language"] == "en"
    assert stranger.headers["location"].startswith("/board/sign-in?next=")
    assert (expert.status_code, rows(expert.text)) == (409, [])
    assert expert.headers["content-type"] == "text/html; charset=utf-8"
    assert [code for code, *_ in rows(newer.text)] == ["C1", "C2"]


async def test_an_expert_sees_no_ranking_before_its_marks_stand(world: World) -> None:
    await scored(world, C1=10)
    answer = await see(world, "expert", lang="en")

    assert answer.status_code == 409
    assert rows(answer.text) == []
    assert "C1" not in answer.text


async def test_names_are_text_whatever_they_hold(world: World) -> None:
    body = {"name": {"zh": HOSTILE, "en": HOSTILE}}
    assert (await world.call("admin", "PATCH", "/applicants/C1", body)).status_code == 200
    await scored(world, C1=10)
    answer = await see(world, "auditor", q="alert")

    assert [code for code, *_ in rows(answer.text)] == ["C1"]
    assert HOSTILE not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text


@pytest.mark.parametrize("nothing", ["", " "])
@pytest.mark.parametrize(
    ("role", "path"), [("auditor", ""), ("portal", "work"), ("admin", ENTRIES)]
)
async def test_who_searches_for_nothing_is_shown_everybody(
    world: World, role: str, path: str, nothing: str
) -> None:
    await scored(world, C1=10)
    answer = await see(world, role, *path.split(), q=nothing)

    assert answer.status_code == 200
    assert "C1" in answer.text
    assert "C2" in answer.text


async def test_an_old_run_is_shown_as_it_was_and_is_not_followed(world: World) -> None:
    await scored(world, C1=10, C2=20)
    await scored(world, C1=40)
    answer = await see(world, "auditor", run=1)

    assert [code for code, *_ in rows(answer.text)] == ["C2", "C1"]
    assert 'name="events"' not in answer.text
    assert 'name="events"' in (await see(world, "auditor")).text


async def test_how_sure_places_are_is_shown_with_the_run_it_was_asked_of(world: World) -> None:
    await scored(world, C1=10, C2=20)
    asked = await world.call("auditor", "POST", f"/rounds/{ROUND}/sensitivity", {"draws": 100})
    assert asked.status_code == 202
    without = await see(world, "auditor", lang="en")
    operator = Operator(world.worker_database, Bell(), timedelta(seconds=1))
    assert await operator.carry_out_next()
    await scored(world, C1=11)
    transport: Any = world.client._transport
    transport.app.state.gateway.heard(None)  # as a gateway that listens does
    answer = await see(world, "auditor", lang="en")
    card = await see(world, "auditor", "applicants", "C1", lang="en")

    assert "mostly 2 with weights ±25% · run 1" in card.text
    assert "Rank interval" not in without.text
    assert "Rank interval (weights ±25%)" in answer.text
    assert '<span class="warn"> #1</span>' in answer.text
    assert "<span>1–1</span>" in answer.text


async def test_a_refusal_is_a_page_with_the_interfaces_words(world: World) -> None:
    for name, value, status in ("run", "99", 404), ("cohort", "village", 422), ("no", "1", 422):
        answer = await see(world, "auditor", **dict[str, Any]({name: value}))
        assert answer.status_code == status
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "script-src 'self'" in answer.headers["content-security-policy"]


async def test_a_refusal_speaks_the_language_of_the_page(world: World) -> None:
    """Which its address names, whatever the browser prefers."""
    answer = await see(world, "auditor", more={"Accept-Language": "zh-CN"}, lang="en", run=99)

    assert "<title>The thing named does not exist. · Pilot-zone board<" in answer.text


async def test_what_is_needed_to_see_a_page_is_public_and_kept(world: World) -> None:
    page = (await see(world, "auditor")).text
    for address in re.findall(r'(?:href|src)="(/board/assets/.*?)"', page):
        answer = await world.client.get(f"http://gateway{address}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        *_, name = address.split("/")
        other = await world.client.get(f"http://gateway/board/assets/0/{name}")
        assert (other.status_code, other.headers["cache-control"]) == (200, "no-store")


def test_a_bar_is_as_long_as_the_points_it_stands_for() -> None:
    drawn = bars.stacked([Part("a", 10, 40), Part("b", 30, 60)], 100)
    shown = re.findall(r'class="c\d" x="([\d.]+)" width="([\d.]+)"', drawn)

    assert shown == [("0.0", "98.0"), ("100.0", "298.0")]


async def test_where_the_database_cannot_be_reached_that_is_a_page_too() -> None:
    url = "postgresql://nobody@127.0.0.1:1/nothing"
    nowhere = Database(url).over(create_async_engine(driver_url(url)))
    headers = {"Cookie": f"{SECURE}={'a' * 43}"}
    async with gateway(nowhere) as client:
        answer = await client.get("http://127.0.0.1/board?lang=en", headers=headers)

    assert answer.status_code == 503
    assert "<h1>" in answer.text
    assert "the database does not answer" in answer.text
