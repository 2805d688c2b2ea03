"""A round to look at: thirty counties, eight parks, three runs, marks, gaps, hostile names.

All of it is made up. Each value follows from a round number per measure, the applicant's strength
and its place, so that every machine shows the same pages.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from cli.demo_data import AS_OF, FULL_COUNTS, MARKED, STATISTICS
from shared.access import service as keys
from shared.applicants import service as applicants
from shared.applicants.store import Applicant
from shared.core.principal import Actor
from shared.database import Database
from shared.frameworks import yaml_document
from shared.reference import framework_text
from shared.rounds import service as rounds
from shared.scoring.framework import Name
from tests.fixtures.waiting import eventually

ROUND = "seen-2026"
TESTS = Actor("tests", "tests")
REPORTERS = {
    "seen-admin": "admin",
    "seen-portal": "portal",
    "seen-source": "source",
    "seen-auditor": "auditor",
    "seen-expert-1": "expert",
    "seen-expert-2": "expert",
}
EXPERTS = ("seen-expert-1", "seen-expert-2")
RISING = "seen-c20"
"""A county in the middle: one figure of it moves its row."""

SILENT = "seen-c30"
"""A county of which the residents are known, and marks, but nothing that is counted."""

HOSTILE = {
    "seen-c02": Name(
        "<script>document.title='哈'</script>区", "<script>document.title='ha'</script>"
    ),
    "seen-c03": Name("东" * 80, "Unbroken" * 10),
    "seen-c04": Name("\u202e示例\u2067区 \"'&", "\u202eExample \u2067District \"'&"),
}
"""Names as they may be registered: programs, 80 characters without a gap, right-to-left marks."""

LEFT = ("public_services", "results_transfer")
"""What the second expert has not marked of everybody."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """An applicant: its *strength* scales its counts."""

    code: str
    kind: str
    name: Name
    strength: float


def everybody() -> Iterator[Seen]:
    """Yield who takes part."""
    for kind, letter, word, many in (("county", "c", "县", 30), ("park", "p", "产业园", 8)):
        for at in range(1, many + 1):
            code = f"seen-{letter}{at:02}"
            name = HOSTILE.get(code, Name(f"示例{at:02}{word}", f"Example {kind} {at:02}"))
            yield Seen(code, kind, name, 1 - at / (many + 4))


WHO = tuple(everybody())


class Gateway:
    """The service as those see it who send and read JSON."""

    def __init__(self, http: httpx.Client, keys: dict[str, str]) -> None:
        """Call it by *http*, with the key of each reporter."""
        self._http, self._keys = http, keys

    def call(self, who: str, method: str, path: str, body: Any = None, **params: Any) -> Any:
        """Send one request and return its answer, which is no problem."""
        headers = {"Authorization": f"Bearer {self._keys[who]}"}
        answer = self._http.request(method, path, json=body, params=params, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()


async def register(url: str) -> dict[str, str]:
    """Register who takes part and who reports, in the database at *url*; return the keys."""
    made = {}
    async with Database(url) as owner, owner.session() as session:
        for name, role in REPORTERS.items():
            made[name] = await keys.create(session, TESTS, name, role)
        await applicants.register(
            session, TESTS, [Applicant(each.code, each.kind, each.name, None) for each in WHO]
        )
    return made


async def enter(url: str) -> None:
    """Let all take part at once, so that one run follows."""
    async with Database(url) as owner, owner.session() as session:
        for each in WHO:
            await rounds.enter(session, TESTS, ROUND, each.code, "accepted")


def fill(gateway: Gateway, url: str) -> None:
    """Open the round and have it scored from run to run, then ask how sure its ranks are.

    Each run is waited for, so that all are there whatever the machine has to do.
    """
    _create(gateway)
    asyncio.run(enter(url))
    assert eventually(lambda: _ranking(gateway)["run"] == 1)
    population = [
        _row(each, "resident_population", round(9e4 * (1 + each.strength))) for each in WHO
    ]
    counts = [row for each in WHO if each.code != SILENT for row in _counts(each)]
    statistics = [row for row in counts if row["measure"] in STATISTICS]
    _score(gateway, "seen-source", population + statistics)
    _score(gateway, "seen-portal", [*_own(counts), *_claims(statistics)])
    for at, expert in enumerate(EXPERTS):
        _score(gateway, expert, _marks(at))
    _score(gateway, "seen-source", _corrections(statistics))
    path = f"/rounds/{ROUND}/sensitivity"
    asked = gateway.call("seen-auditor", "POST", path, {"draws": 100})["id"]
    path = f"/rounds/{ROUND}/operations/{asked}"
    assert eventually(lambda: gateway.call("seen-auditor", "GET", path)["state"] == "done")


def submit(gateway: Gateway, value: int) -> int:
    """Report how many stations the rising county has; return the submission's id."""
    body = {"applicant": RISING, "measure": "base_stations_5g", "value": value, "as_of": AS_OF}
    answer = gateway.call("seen-source", "POST", f"/rounds/{ROUND}/submissions", body)
    number: int = answer["id"]
    return number


def _create(gateway: Gateway) -> None:
    framework = yaml_document.parse(framework_text())
    body = {
        "code": ROUND,
        "framework": {name: framework[name] for name in ("code", "version")},
        "title": {"zh": "示例申报批次", "en": "Example round"},
        "reference_date": "2026-12-31",
        "closes_at": "2036-12-31T08:00:00Z",
    }
    gateway.call("seen-admin", "POST", "/rounds", body)
    opened = {"to": "open", "reason": "to be looked at"}
    gateway.call("seen-admin", "POST", f"/rounds/{ROUND}/transitions", opened)


def _ranking(gateway: Gateway, **params: Any) -> Any:
    return gateway.call("seen-auditor", "GET", f"/rounds/{ROUND}/scores", **params)


def _score(gateway: Gateway, who: str, rows: list[Row]) -> None:
    """Push, and wait for the run that takes it in."""
    path = f"/rounds/{ROUND}/submissions/batch"
    last = gateway.call(who, "POST", path, {"items": rows})["greatest_submission"]
    assert _ranking(gateway, wait_for=last, wait=30)["state"] == "current"


def _row(who: Seen, measure: str, value: Any) -> Row:
    return {"applicant": who.code, "measure": measure, "value": value, "as_of": AS_OF}


def _counts(who: Seen) -> Iterator[Row]:
    """Yield the counts of an applicant; every seventh is not known."""
    place = int(who.code[-2:])
    for at, (measure, full) in enumerate(FULL_COUNTS.items()):
        if (place + at) % 7:
            wobble = 1 + ((3 * place + 5 * at) % 11 - 5) / 20
            yield _row(who, measure, round(full * who.strength * wobble))


def _own(counts: list[Row]) -> Iterator[Row]:
    """Yield what applicants report alone."""
    yield from (row for row in counts if row["measure"] not in STATISTICS)
    for each in WHO:
        if each.code != SILENT:
            codes = [f"S{number:02}" for number in range(1, 2 + round(18 * each.strength))]
            yield _row(each, "scenarios", codes)


def _claims(statistics: list[Row]) -> Iterator[Row]:
    """Yield what some applicants report beside the statistics, and too much."""
    for row in statistics:
        if row["measure"] == "base_stations_5g" and row["applicant"][-1] in "369":
            yield row | {"value": round(row["value"] * 1.3)}


def _corrections(statistics: list[Row]) -> list[Row]:
    """Return figures that are corrected, by which some move far and others a place."""
    grown = {"seen-c09": 2, "seen-c15": 3, "seen-c24": 4, "seen-p05": 2}
    return [
        row | {"value": round(row["value"] * grown[row["applicant"]])}
        for row in statistics
        if row["applicant"] in grown
    ]


def _marks(expert: int) -> list[Row]:
    return [
        _row(each, measure, round(50 + 40 * each.strength - 3 * expert - at % 6, 1))
        for each in WHO
        for at, measure in enumerate(MARKED)
        if not (expert and (measure in LEFT or each.code == SILENT))
    ]
