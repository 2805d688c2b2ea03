"""Places over runs, and who moved with one of them: what is shown, to whom."""

import re

import httpx

from shared.database import Database
from tests.fixtures.http import key
from tests.fixtures.make import MARK, STATIONS, World
from tests.web.signed_in import see
from web.charts import bump
from web.charts.bump import ROW, Line

HOSTILE = "<script>alert(1)</script>"
CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>")


def table(answer: httpx.Response) -> list[list[str]]:
    """Return the cells of the last table's body as they are read."""
    assert answer.status_code == 200, answer.text
    body = answer.text.rpartition("<tbody>")[2]
    rows = body.partition("</tbody>")[0].split("</tr>")[:-1]
    return [[re.sub("<.*?>", "", each) for each in CELL.findall(row)] for row in rows]


async def story(world: World) -> None:
    """Play three runs in which C1 passes C2 with the second, and a mark comes with the third."""
    await world.submit("source", "C1", STATIONS, 10)
    await world.submit("source", "C2", STATIONS, 20)
    assert await world.recompute()
    await world.submit("source", "C1", STATIONS, 40)
    assert await world.recompute()
    await world.submit("expert", "C2", MARK, 20)
    assert await world.recompute()


async def test_places_over_runs_are_a_chart_and_the_same_a_table(world: World) -> None:
    body = {"name": {"zh": HOSTILE, "en": HOSTILE}}
    assert (await world.call("admin", "PATCH", "/applicants/C1", body)).status_code == 200
    empty = await see(world, "auditor", "movement", lang="en")
    await story(world)
    shown = await see(world, "portal", "movement", lang="en")
    earlier = await see(world, "portal", "movement", lang="zh", run=1, cohort="park")

    assert "Nothing has been computed yet" in empty.text
    hostile = HOSTILE.replace("<", "&lt;").replace(">", "&gt;")
    assert table(shown) == [[hostile, "2", "1", "1", "▲1"], ["C2", "1", "2", "2", "▼1"]]
    assert HOSTILE not in shown.text
    assert shown.text.count('<g class="track"') == 2  # nobody moved by three
    assert re.findall(r'href="([^"]*/movement/\d)\?', shown.text)[-1].endswith("/movement/3")
    assert table(earlier) == [["P1", "1", "·"]]
    assert "名次变化 · 产业园区" in earlier.text
    assert 'name="events"' not in earlier.text


async def test_a_run_says_why_to_those_whom_the_interface_tells_it(
    world: World, owner: Database
) -> None:
    """Stations earn 6 × own / best; the parts are those of the list of changes."""
    await story(world)
    told = await see(world, "auditor", "movement", "2", lang="en")
    world.headers["some"] = await key(owner, "auditor", "some", applicants=["C1"])
    some = await see(world, "some", "movement", "2", lang="en")
    others = await see(world, "portal", "movement", "2", lang="en")
    unmoved = await see(world, "portal", "movement", "3", lang="en")

    first, second = table(told)
    assert first[:5] == ["C1", "2→ to 1", "▲1", "3.0000→ to 6.0000", "+3.0000"]
    assert first[5].startswith("what was reported +3.0000 #")
    assert second[:5] == ["C2", "1→ to 2", "▼1", "6.0000→ to 3.0000", "−3.0000"]
    assert second[5].startswith("others of the cohort −3.0000 #")
    assert table(some) == [first]
    assert [row[0] for row in table(others)] == ["C1", "C2"]
    assert "3.0000" not in others.text
    assert "#" not in "".join(cell for row in table(others) for cell in row)
    assert "This run changed nobody" in unmoved.text
    for run, status in ("4", 404), ("0", 422):
        assert (await see(world, "auditor", "movement", run)).status_code == status


async def test_an_expert_sees_no_movement_before_its_marks_stand(world: World) -> None:
    await world.submit("source", "C1", STATIONS, 10)
    assert await world.recompute()
    for path in ("movement",), ("movement", "1"), ("coverage",):
        hidden = await see(world, "expert", *path, lang="en")
        assert hidden.status_code == 409
        assert "C1" not in hidden.text
    for code in ("C1", "C2", "P1"):
        await world.submit("expert", code, MARK, 60)
    assert (await see(world, "expert", "movement")).status_code == 200


def test_a_line_goes_through_its_places_and_is_cut_off_below_the_last() -> None:
    far = Line("<far>", [1, 4, 0, 2], [1, 4, 0, 2], "up")
    near = Line("near", [2, 1, 1, 1], [2, 1, 1, 1])
    drawn = bump.bump([far, near], 4, 2, 'all "in" words')
    first, last = drawn.partition('<g class="track up">')[::2]
    step = bump.WIDEST_STEP

    assert "<title>near</title>" in first  # who moved far is drawn over the others
    assert "<title>&lt;far&gt;</title>" in last
    assert re.findall(r'<text x="([\d.]+)" y="([\d.]+)" dy="4">(\d)', last) == [
        (f"{step / 2:.1f}", f"{ROW / 2:.1f}", "1"),
        (f"{3.5 * step:.1f}", f"{1.5 * ROW:.1f}", "2"),
    ]
    assert re.findall(r"M[\d. ]+C[\d. ]+ ([\d.]+)\"", last) == [f"{3.5 * ROW:.1f}"]
    assert f'viewBox="0 0 {4 * step} {2 * ROW + ROW // 2}"' in drawn
    assert 'aria-label="all &#34;in&#34; words"' in drawn
