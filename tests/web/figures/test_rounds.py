"""The first page: which rounds there are, and how each stands."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.database import Database
from tests.fixtures.http import key
from tests.fixtures.make import ROUND, STATIONS, World
from tests.web.figures.test_movement import table
from tests.web.signed_in import see

FACT = re.compile(r"<dt>(.*?)</dt><dd>(.*?)</dd>")


async def front(world: World, role: str, **query: Any) -> str:
    """Return the first page as *role* sees it."""
    answer = await see(world, role, "..", "..", **query)
    assert answer.status_code == 200, answer.text
    return answer.text


def facts(page: str) -> list[dict[str, str]]:
    """Return what each card says."""
    return [
        {name: re.sub("<.*?>", "", said) for name, said in FACT.findall(card)}
        for card in page.split("<article")[1:]
    ]


async def another(world: World, code: str, closes_at: datetime) -> None:
    """Register one more round."""
    body = {
        "code": code,
        "framework": {"code": "small", "version": "1"},
        "title": f"Round {code}",
        "reference_date": "2026-06-30",
        "closes_at": closes_at.isoformat(),
    }
    assert (await world.call("admin", "POST", "/rounds", body)).status_code == 201


async def test_rounds_say_how_they_stand_the_newest_first_and_the_closed_below(
    world: World, owner: Database
) -> None:
    """Of 20 points, stations are 6 and known of two of three applicants."""
    await world.submit("source", "C1", STATIONS, 10)
    await world.submit("source", "C2", STATIONS, 20)
    assert await world.recompute()
    await another(world, "NEXT", datetime.now(UTC) + timedelta(days=9))
    await another(world, "LATE", datetime.now(UTC) - timedelta(days=1))
    await world.call("admin", "POST", "/rounds/LATE/transitions", {"to": "open", "reason": "test"})
    world.headers["few"] = await key(owner, "portal", "few", rounds=["NEXT"])

    late, following, first = facts(await front(world, "portal", lang="en"))
    assert late["Closes"].endswith("this has passed, and it is still open")
    assert (following["Take part"], following["Last run"]) == ("0", "no run yet")
    assert following["Closes"].endswith("9 days left")
    assert (first["Take part"], first["Coverage"]) == ("3", "20%")
    assert first["First of the counties"] == "C2"
    assert first["Last run"].startswith("run 1 · ")
    blind = facts(await front(world, "expert", lang="zh"))[-1]
    assert set(blind) == {"截止", "数据基准日", "参评单位", "最近计算"}
    assert [each["Last run"] for each in facts(await front(world, "few", lang="en"))] == [
        "no run yet"
    ]

    await world.transition("closed")
    shown = await see(world, "expert", "..", "..", lang="en")
    assert len(facts(shown.text)) == 2
    assert [(await front(world, "expert", page=page)).count("<article") for page in (1, 2)] == [
        2,
        0,
    ]
    assert [(row[0], row[4]) for row in table(shown)] == [("Round 2026", "20%")]
    assert f'href="/board/rounds/{ROUND}?lang=en"' in shown.text
