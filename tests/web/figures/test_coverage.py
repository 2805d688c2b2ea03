"""Which indicators of whom have a value, and what came from whom."""

import re

from shared.database import Database
from tests.fixtures.http import key
from tests.fixtures.make import GRADE, MARK, ROUND, STATIONS, World
from tests.web.figures.test_movement import table
from tests.web.signed_in import see

LIMITED = "limited"


async def test_each_indicator_of_each_applicant_has_a_share_or_is_said_to_lack(
    world: World,
) -> None:
    await world.submit("source", "C1", STATIONS, 30)
    await world.submit("source", "C2", STATIONS, 40)
    await world.submit("portal", "C2", GRADE, "B")
    assert await world.recompute()
    answer = await see(world, "portal", "coverage", lang="en")
    heat, indicators = answer.text.split("<h2>", 1)

    rows = re.findall(r'<tr data-key="(\w+)">(.*?)</tr>', heat)
    cells = {code: re.findall(r'<td class="(h\d|gap)"[^>]*>(.*?)</td>', row) for code, row in rows}
    gap = ("gap", '<span aria-hidden="true">×</span><span class="unseen">No value</span>')
    assert cells["C2"] == [("h4", "100"), gap, gap, ("h2", "50"), gap]
    assert cells["C1"] == [("h3", "75"), gap, gap, gap, gap]
    assert [row[3] for row in table(answer)] == ["2 / 2", "0 / 2", "0 / 2", "1 / 2", "0 / 2"]
    assert "B-2" in indicators
    assert "按指标" in (await see(world, "portal", "coverage", lang="zh")).text


async def test_sources_are_shown_as_far_as_a_key_reaches_and_experts_to_those_who_know_them(
    world: World, owner: Database
) -> None:
    await world.submit("source", "C1", STATIONS, 30)
    await world.submit("expert", "C1", MARK, 50)
    world.headers[LIMITED] = await key(owner, "portal", "few", applicants=["C2"])

    told = await see(world, "auditor", "coverage", "sources", lang="en")
    few = await see(world, LIMITED, "coverage", "sources", lang="en")
    hidden = await see(world, "expert", "coverage", "sources")

    assert re.findall(r"<bdi>(source|expert)</bdi>", told.text) == ["source", "expert"]
    assert "<bdi>C2</bdi>, <bdi>P1</bdi>" in told.text
    assert "1 / 3" in told.text
    assert "0 / 1" in few.text
    assert "C1" not in few.text.replace(ROUND, "")
    assert "P1" not in few.text
    assert hidden.status_code == 403
