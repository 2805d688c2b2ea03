"""One applicant's score as a page: what it shows, and to whom it shows less."""

import re

from shared.database import Database
from tests.fixtures.http import key, mark
from tests.fixtures.make import ROUND, STATIONS, World
from tests.panels.experts import open_panel
from tests.visibility.test_non_interference import play
from tests.web.signed_in import cookie, see

CARD = ("applicants", "C1")
TAGS = re.compile("<[^>]*>")
SPACE = re.compile(r"\s+")
CHANGING = re.compile(r"#\d+|said-\d+|\d+ \w{3} 2026( \d\d:\d\d)?|expert-[A-Z2-7]{8}|[0-9a-f]{32}")


def words(page: str) -> str:
    """Return the words of a page's content."""
    main = page[page.index("<main") : page.index("</main>")]
    return SPACE.sub(" ", TAGS.sub(" ", main))


async def told(world: World) -> None:
    """Let both counties be reported on, C2 as the better one, in two runs."""
    for code, stations in (("C1", 600), ("C2", 800)):
        await world.submit("source", code, STATIONS, stations)
    assert await world.recompute()
    await world.submit("source", "C1", STATIONS, 640)
    assert await world.recompute()


async def test_a_card_shows_the_place_the_distance_and_every_line(world: World) -> None:
    await told(world)
    answer = await see(world, "auditor", *CARD, lang="en")
    said = words(answer.text)

    assert "Rank 2 of 2 counties" in said
    assert "Total 4.80 of 20" in said
    assert "1.20 points behind rank 1 C2" in said
    assert "Where it is ahead +1.20 A-1" in said
    assert "5 indicators" in said
    assert "A-1 A-1 640 station 4.80 / 6 One more earns +0.01" in said
    assert "B-1 B-1 missing 0.00 / 5 at most, once reported ≤ +5.00" in said
    assert (answer.text.count('class="void"'), answer.text.count('class="tick"')) == (4, 5)
    assert "the cohort&#39;s median is 5.40" in answer.text
    assert "Total: from 4.50 to 4.80" in answer.text
    assert f'href="/board/rounds/{ROUND}/applicants/C1/lines/A-1?lang=en"' in answer.text


async def test_a_card_is_shown_in_chinese_and_as_of_an_older_run(world: World) -> None:
    await told(world)
    answer = await see(world, "portal", *CARD, run=1, more={"Accept-Language": "zh"})
    said = words(answer.text)

    assert "名次 2 共 2 个县（市、区）" in said
    assert "距第 1 名差 1.50 分" in said
    assert "A-1 A-1 600 座" in said
    assert "未报送" in said
    assert 'name="events"' not in answer.text
    assert "lines/A-1?run=1" in answer.text


async def test_an_expert_is_shown_what_it_marked_and_nobody_beside_it(world: World) -> None:
    await told(world)
    refused = await see(world, "expert", *CARD, lang="en")
    await mark(world, C1=80)
    alone = await see(world, "expert", *CARD, lang="en")
    await mark(world, C2=50, P1=50)
    whole = await see(world, "expert", *CARD, lang="en")

    assert (refused.status_code, alone.status_code, whole.status_code) == (409, 200, 200)
    assert "640" not in refused.text
    assert "B-1 B-1 80 mark 4.00 / 5" in words(alone.text)
    for hidden in (
        "C2",
        "of 2 counties",
        'class="tick"',
        'class="trend"',
        "median",
        "cohort=county",
    ):
        assert hidden not in alone.text
        assert hidden in whole.text


async def test_pages_tell_an_expert_nothing_of_marks_that_it_may_yet_give(
    world: World, owner: Database
) -> None:
    """Two rounds that differ in such marks alone have the same pages, as they have answers."""
    pages = []
    for number, hidden in enumerate((20.0, 90.0)):
        panel = await open_panel(world, owner, f"PANEL{number}", {"min_max": {}})
        await play(panel, hidden)
        world.headers.pop("anna, signed in", None)  # each round has an anna with a key of its own
        found = []
        for path in ("", "/lines/B-4", "/lines/A-1", "/submissions/team", "?run=2"):
            answer = await world.client.get(
                f"http://gateway/board/rounds/{panel.code}/applicants/C1{path}",
                headers=await cookie(world, "anna") | {"Accept-Language": "en"},
            )
            assert answer.status_code == 200
            found.append(CHANGING.sub("", answer.text.replace(panel.code, "")))
        pages.append(found)

    assert pages[0] == pages[1]
    assert "not shown yet" in pages[0][0]


async def test_a_key_of_other_applicants_sees_points_and_no_reasons(
    world: World, owner: Database
) -> None:
    await told(world)
    world.headers["narrow"] = await key(owner, "portal", "narrow", applicants=["C2"])
    card = await see(world, "narrow", *CARD, lang="en")
    for path in ("lines/A-1", f"submissions/{STATIONS}"):
        assert (await see(world, "narrow", *CARD, path)).status_code == 403

    assert "4.80 / 6" in words(card.text)
    for reason in ("/lines/", "+0.01", "Where it is ahead", "≤"):
        assert reason not in card.text


async def test_names_are_text_in_every_place_where_they_stand(world: World) -> None:
    hostile = "<script>alert(1)</script>\u202e" + "W" * 80
    for code in ("C1", "C2"):
        body = {"name": {"zh": hostile, "en": hostile}}
        assert (await world.call("admin", "PATCH", f"/applicants/{code}", body)).is_success
    await told(world)
    for path in ((), ("lines", "A-1"), ("submissions", STATIONS)):
        answer = await see(world, "auditor", *CARD, *path, lang="en")
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text


async def test_who_has_no_score_has_no_page(world: World) -> None:
    await told(world)
    for path in (("applicants", "C9"), (*CARD, "lines", "Z-9"), (*CARD, "submissions", "none")):
        answer = await see(world, "auditor", *path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
