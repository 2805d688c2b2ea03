"""A round whose experts mark two measures, and what happens between them."""

from dataclasses import dataclass
from typing import Any

import httpx

from shared.database import Database
from tests.fixtures.http import key, pages
from tests.fixtures.make import APPLICANTS, MARK, World, framework, indicator, name

PANEL = "PANEL"
PATH = f"/rounds/{PANEL}"
TEAM = "team"
DAY = "2026-06-01"
EXPERTS = ("anna", "boris", "clara")


TARGET = {"target": {"floor": 0, "target": 100}}


def framework_of_panels(version: str = "panels", scale: Any = None) -> dict[str, Any]:
    """Return the small framework with two measures that experts mark, a spread of 10 at most.

    *scale* is how the second of them is normalised.
    """
    document = framework(version)
    document["points"] = 22
    measure = document["measures"][MARK]
    measure["panel"] = {"combine": "mean", "at_least": 2, "tolerance": 10}
    document["measures"][TEAM] = measure | {"panel": {"combine": "median", "tolerance": 10}}
    document["dimensions"][1]["categories"][0]["indicators"].append(
        indicator("B-4", 2, {"value": TEAM}, scale or TARGET)
    )
    return document


@dataclass
class Panel:
    """The open round over HTTP; experts and administrators are called by name."""

    world: World
    code: str = PANEL

    @property
    def path(self) -> str:
        """The round's path."""
        return f"/rounds/{self.code}"

    async def call(
        self, who: str, method: str, path: str, body: Any = None, **params: Any
    ) -> httpx.Response:
        """Send a request about the round with the key of *who*."""
        return await self.world.call(who, method, self.path + path, body, **params)

    async def mark(
        self, who: str, applicant: str, value: float | None, measure: str = MARK, as_of: str = DAY
    ) -> httpx.Response:
        """Give a mark, or take it back."""
        body = {"applicant": applicant, "measure": measure, "value": value, "as_of": as_of}
        if value is None:
            body["status"] = "withdrawn"
        return await self.call(who, "POST", "/submissions", body)

    async def tie(
        self, expert: str, applicant: str, state: str = "declared", by: str = "admin"
    ) -> httpx.Response:
        """Declare or lift a tie."""
        body = {"state": state, "reason": "They are cousins."}
        return await self.call(by, "PUT", f"/conflicts/{expert}/{applicant}", body)

    async def settle(
        self, value: float | None, reason: str = "Heard both.", by: str = "admin", of: str = "C1"
    ) -> httpx.Response:
        """Adjudicate the mark of one applicant."""
        return await self.call(
            by, "PUT", f"/adjudications/{of}/{MARK}", {"value": value, "reason": reason}
        )

    async def listed(self, path: str, who: str = "auditor", **params: Any) -> list[dict[str, Any]]:
        """Return all items of a list."""
        found = await pages(self.world, self.path + path, who, **params)
        return [item for page in found for item in page]

    async def line(self, applicant: str = "C1") -> tuple[float | None, list[str]]:
        """Recompute; return value and flags of the applicant's line that experts mark."""
        await self.world.recompute()
        card = (await self.call("auditor", "GET", f"/scores/{applicant}")).json()
        (line,) = (each for each in card["lines"] if each["indicator"] == "B-1")
        return line["value"], line["flags"]

    async def transition(self, to: str) -> None:
        """Open or close the round."""
        answer = await self.call(
            "admin", "POST", "/transitions", {"to": to, "reason": "as decided"}
        )
        assert answer.status_code == 200, answer.text


async def open_panel(world: World, owner: Database, code: str = PANEL, scale: Any = None) -> Panel:
    """Open the round to three experts and a second administrator."""
    document = framework_of_panels(code.lower() + "s", scale)
    for expert in EXPERTS:
        world.headers[expert] = await key(owner, "expert", expert)
    world.headers["deputy"] = await key(owner, "admin", "deputy")
    await world.call("admin", "POST", "/frameworks", document)
    body = {
        "code": code,
        "framework": {"code": "small", "version": document["version"]},
        "title": name("Panels"),
        "reference_date": "2026-06-30",
    }
    await world.call("admin", "POST", "/rounds", body)
    panel = Panel(world, code)
    for applicant in APPLICANTS:
        await world.call("portal", "PUT", f"{panel.path}/entries/{applicant}")
    await panel.transition("open")
    return panel
