"""What reporters state differently, and how indicators behave: who is shown what."""

import re

from shared.database import Database
from tests.fixtures.http import key
from tests.fixtures.make import STATIONS, World, name
from tests.web.signed_in import see

LIMITED = "limited"
ROW = re.compile(r'<tr><th scope="row"><a href="[^"]*">(.*?)</tr>')


def rows(text: str) -> list[str]:
    """Return what differs, each as it is read."""
    return [re.sub("(<.*?>)+", " ", each).strip() for each in ROW.findall(text)]


async def test_what_is_reported_stands_beside_what_counts_with_the_difference(
    world: World, owner: Database
) -> None:
    await world.submit("source", "C1", STATIONS, 100)
    await world.submit("portal", "C1", STATIONS, 120)
    await world.submit("source", "C2", STATIONS, 100)
    await world.submit("portal", "C2", STATIONS, 99)
    world.headers[LIMITED] = await key(owner, "portal", "few", applicants=["C2"])

    beyond = await see(world, "portal", "diagnostics", lang="en")
    whole = await see(world, LIMITED, "diagnostics", lang="en", beyond="false")

    day, system = "1 Jun 2026", "statistics system"
    assert rows(beyond.text) == [
        f"C1 stations station 100 {system}, {day} 120 applicant, {day} +20 20.0% 5% ! beyond"
    ]
    assert rows(whole.text) == [
        f"C2 stations station 100 {system}, {day} 99 applicant, {day} −1 1.0% 5%"
    ]
    assert "How indicators behave" not in beyond.text
    assert (await see(world, "expert", "diagnostics")).status_code == 403


async def test_a_run_and_a_cohort_may_be_asked_for(world: World) -> None:
    for code, other in ("C1", 120), ("P1", 150):
        await world.submit("source", code, STATIONS, 100)
        await world.submit("portal", code, STATIONS, other)
    await world.recompute()
    await world.submit("portal", "C1", STATIONS, 100)
    await world.call("portal", "PATCH", "/applicants/C1", {"name": name("Renamed")})

    now = await see(world, "auditor", "diagnostics", lang="en")
    then = await see(world, "auditor", "diagnostics", lang="en", run=1)
    parks = await see(world, "auditor", "diagnostics", lang="en", run=1, cohort="park")

    assert [[each.split()[0] for each in rows(page.text)] for page in (now, then, parks)] == [
        ["P1"],
        ["P1", "C1"],
        ["P1"],
    ]
    assert "behave · Counties" in then.text
    assert "behave · Counties" not in parks.text
    assert "diagnostics?run=1&amp;cohort=park&amp;beyond=false&amp;lang=en" in parks.text


async def test_indicators_that_tell_nobody_apart_are_pointed_out_to_auditors(world: World) -> None:
    for code in "C1", "C2":
        await world.submit("source", code, STATIONS, 50)
    assert await world.recompute()

    english = await see(world, "auditor", "diagnostics", lang="en")
    chinese = await see(world, "admin", "diagnostics", lang="zh")

    assert "Counties: A-1 A-1 has one and the same value for all 2" in english.text
    assert "县（市、区）：A-1 A-1 的 2 个数值全部相同" in chinese.text
    assert "! all alike" in english.text
    assert "Of one kind only one applicant takes part" in english.text
    assert "2 / 2" in english.text
