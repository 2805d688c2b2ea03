"""A small world to test in: one framework, three applicants, one round."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from shared.database.engine import Sessions
from worker.loop import Bell, Worker

ROUND = "R2026"
STATIONS, RESIDENTS, MARK, GRADE, SCENES = "stations", "residents", "policy", "grade", "scenes"


def name(text: str) -> dict[str, str]:
    """Return a name in both languages."""
    return {"zh": text, "en": text}


def indicator(code: str, points: float, derive: Any, normalise: Any, **more: Any) -> dict[str, Any]:
    """Return an indicator of a framework document."""
    return {
        "code": code,
        "name": name(code),
        "points": points,
        "derive": derive,
        "normalise": normalise,
        "basis": "service default",
        **more,
    }


def framework(version: str = "1") -> dict[str, Any]:
    """Return a framework document of four indicators and 20 points, one of each shape."""
    return {
        "code": "small",
        "version": version,
        "name": name("small"),
        "points": 20,
        "precision": 4,
        "code_lists": {
            "scenes": [{"code": code, "name": name(code)} for code in ("S1", "S2", "S3", "S4")]
        },
        "measures": {
            STATIONS: {
                "name": name("stations"),
                "unit": "station",
                "type": "count",
                "reported_by": ["source", "applicant"],
                "tolerance": 0.05,
            },
            RESIDENTS: {
                "name": name("residents"),
                "unit": "person",
                "type": "count",
                "reported_by": ["source"],
                "range": {"min": 1},
            },
            MARK: {
                "name": name("policy"),
                "unit": "mark",
                "type": "mark",
                "range": {"min": 0, "max": 100},
                "panel": {"combine": "mean", "at_least": 1},
            },
            GRADE: {"name": name("grade"), "type": "category", "reported_by": ["applicant"]},
            SCENES: {
                "name": name("scenes"),
                "type": "codes",
                "list": "scenes",
                "reported_by": ["applicant"],
            },
        },
        "dimensions": [
            {
                "code": "A",
                "name": name("A"),
                "categories": [
                    {
                        "name": name("A"),
                        "indicators": [
                            indicator("A-1", 6, {"value": STATIONS}, {"best": {}}),
                            indicator(
                                "A-2",
                                4,
                                {"ratio": {"of": STATIONS, "to": RESIDENTS, "per": 10000}},
                                {"min_max": {}},
                            ),
                        ],
                    }
                ],
            },
            {
                "code": "B",
                "name": name("B"),
                "categories": [
                    {
                        "name": name("B"),
                        "indicators": [
                            indicator(
                                "B-1",
                                5,
                                {"value": MARK},
                                {"target": {"floor": 0, "target": 100}},
                            ),
                            indicator(
                                "B-2", 2, {"value": GRADE}, {"grades": {"A": 1, "B": 0.5, "C": 0}}
                            ),
                            indicator(
                                "B-3",
                                3,
                                {"distinct": SCENES},
                                {"target": {"floor": 0, "target": 4}},
                            ),
                        ],
                    }
                ],
            },
        ],
    }


def worker_over(sessions: Sessions) -> Worker:
    """Return a worker over *sessions* that neither idles nor beats."""
    return Worker(sessions, "test", Bell(), timedelta(seconds=1), timedelta(0), alive=lambda: None)


APPLICANTS = {"C1": "county", "C2": "county", "P1": "park"}


@dataclass
class World:
    """An open round over HTTP, and a worker that runs when told to."""

    client: httpx.AsyncClient
    headers: dict[str, dict[str, str]]
    worker_sessions: Sessions

    async def call(
        self, role: str, method: str, path: str, body: Any = None, **params: Any
    ) -> httpx.Response:
        """Send a request with a key of *role*."""
        return await self.client.request(
            method, path, json=body, params=params or None, headers=self.headers[role]
        )

    async def open(self) -> None:
        """Register framework, applicants and round, enter everybody, open it."""
        await self.call("admin", "POST", "/frameworks", framework())
        body: dict[str, Any]
        for code, kind in APPLICANTS.items():
            body = {"code": code, "kind": kind, "name": name(code), "division": None}
            await self.call("admin", "POST", "/applicants", body)
        body = {
            "code": ROUND,
            "framework": {"code": "small", "version": "1"},
            "title": name("Round 2026"),
            "reference_date": "2026-06-30",
        }
        await self.call("admin", "POST", "/rounds", body)
        for code in APPLICANTS:
            await self.call("portal", "PUT", f"/rounds/{ROUND}/entries/{code}")
        await self.transition("open")

    async def transition(self, to: str) -> httpx.Response:
        """Bring the round into a state."""
        return await self.call(
            "admin", "POST", f"/rounds/{ROUND}/transitions", {"to": to, "reason": "test"}
        )

    async def submit(
        self,
        role: str,
        applicant: str,
        measure: str,
        value: Any,
        as_of: str = "2026-06-01",
        **more: Any,
    ) -> httpx.Response:
        """Submit one value."""
        body = {"applicant": applicant, "measure": measure, "value": value, "as_of": as_of} | more
        return await self.call(role, "POST", f"/rounds/{ROUND}/submissions", body)

    async def ranking(self, **params: Any) -> dict[str, Any]:
        """Return the ranking."""
        answer = await self.call("auditor", "GET", f"/rounds/{ROUND}/scores", **params)
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    async def card(self, applicant: str, **params: Any) -> dict[str, Any]:
        """Return one scorecard, its lines by indicator."""
        answer = await self.call("auditor", "GET", f"/rounds/{ROUND}/scores/{applicant}", **params)
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document | {"lines": {line["indicator"]: line for line in document["lines"]}}

    def worker(self) -> Worker:
        """Return a worker in this process that runs when told to."""
        return worker_over(self.worker_sessions)

    async def recompute(self) -> bool:
        """Let a worker look once at what waits; say whether it ran anything."""
        return await self.worker().sweep()
