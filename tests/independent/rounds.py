"""Whole rounds with a spread of submissions, drawn from a seed: every rule has work to do."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from shared.access import store as keys
from shared.applicants import store as applicants
from shared.applicants.store import Applicant
from shared.core.principal import Actor, Principal, Role
from shared.database import Database, Session
from shared.database.database import driver_of
from shared.explanations import cohorts
from shared.explanations import service as explanation
from shared.explanations.cohorts import Scored
from shared.frameworks import service as frameworks
from shared.rankings import ranking
from shared.rounds import service as rounds
from shared.rounds.store import NewRound, StoredRound
from shared.runs import store as runs
from shared.scoring.document.reader import read
from shared.scoring.framework import (
    ADJUDICATOR,
    Framework,
    Measure,
    MeasureType,
    Name,
    ReporterKind,
)
from shared.submissions import recording as services
from shared.submissions.store import NewSubmission
from shared.submissions.values import WITHDRAWN, Reported
from tests.fixtures.make import worker_over

ACTOR = Actor("tests", "tests")
AUDITOR = Principal(0, "auditor", Role.AUDITOR, None, None)
PORTAL = Principal(-1, "portal", Role.PORTAL, frozenset({"C1"}), None)
REFERENCE = date(2026, 6, 30)
COUNTIES = [f"C{number}" for number in range(1, 8)]
PARKS = ["P1", "P2"]
ROLES = {"source": "source", "applicant": "portal", "expert": "expert", ADJUDICATOR: "auditor"}
EACH = {"source": 2, "applicant": 1, "expert": 7, ADJUDICATOR: 2}


@dataclass(frozen=True)
class Explained:
    """A round that was run, and how to ask for explanations of it."""

    owner: Database
    round_: StoredRound
    framework: Framework

    async def of(self, applicant: str, run: int, reader: Principal = AUDITOR) -> dict[str, Any]:
        """Explain one score."""
        async with self.owner._sessions() as session:
            whole = await ranking.as_of(session, self.round_.id, run)
            cohort = partial(cohorts.read, session, self.framework, self.round_.id, run)
            return await explanation.explain(
                session, self.framework, self.round_, Scored(run, whole, cohort), applicant, reader
            )

    async def everything(self, reader: Principal = AUDITOR) -> list[dict[str, Any]]:
        """Explain every score as of every run."""
        async with self.owner._sessions() as session:
            last, _ = await runs.latest(session, self.round_.id)
        return [
            await self.of(code, run, reader)
            for run in range(1, last + 1)
            for code in COUNTIES + PARKS
        ]


async def played(
    owner: Database, worker_database: Database, document: Any, seed: int, times: int = 2
) -> Explained:
    """Open a round under *document*, and let it be told a spread and run so many times."""
    framework = read(document)
    async with owner.session() as session:
        round_ = await _opened(session, document)
        reporters = await _reporters(session)
    source = random.Random(seed)
    for _ in range(times):
        async with owner.session() as session:
            said = list(spread(framework, reporters, source))
            await services.record(await driver_of(session), round_.id, said)
        assert await worker_over(worker_database).sweep()
    return Explained(owner, round_, framework)


async def _opened(session: Session, document: Any) -> StoredRound:
    stored, _ = await frameworks.register(session, ACTOR, document)
    who = [(code, "county") for code in COUNTIES] + [(code, "park") for code in PARKS]
    await applicants.add(
        session, [Applicant(code, kind, Name("名" + code, code), None) for code, kind in who]
    )
    new = NewRound("R", stored.id, "Round", REFERENCE, None, None)
    await rounds.create(session, ACTOR, new)
    for code, _ in who:
        await rounds.enter(session, ACTOR, "R", code, "accepted")
    return await rounds.transition(session, ACTOR, "R", "open", None)


async def _reporters(session: Session) -> list[tuple[int, str]]:
    """Register those who report; return the id and kind of each."""
    return [
        ((await keys.reporter(session, f"{kind}-{number}", ROLES[kind]))[0], kind)
        for kind, count in EACH.items()
        for number in range(1, count + 1)
    ]


def spread(
    framework: Framework, reporters: Iterable[tuple[int, str]], source: random.Random
) -> Iterable[NewSubmission]:
    """Draw what is said; of some applicants little, and of one nothing."""
    for code in COUNTIES[:-1] + PARKS:
        plenty = source.choice([0.3, 0.6, 0.95])
        for measure in framework.measures.values():
            for reporter, kind in reporters:
                if not _admitted(measure, kind) or source.random() > plenty:
                    continue
                if kind == ADJUDICATOR and source.random() > 0.2:
                    continue
                for _ in range(source.choice([1, 1, 1, 2, 3])):
                    yield NewSubmission(
                        applicant=code,
                        measure=measure.code,
                        reporter=reporter,
                        kind=kind,
                        as_of=REFERENCE + timedelta(source.choice([-2, -1, -1, 0, 0, 1])),
                        reported=_reported(measure, source),
                        reference=source.choice([None, "统计公报 2026, p. 3"]),
                        comment=source.choice([None, "checked"]),
                        request_id="tests",
                    )


def _admitted(measure: Measure, kind: str) -> bool:
    if measure.panel is not None:
        return kind in {ReporterKind.EXPERT, ADJUDICATOR}
    return kind in measure.reported_by


def _reported(measure: Measure, source: random.Random) -> Reported:
    if source.random() < 0.15:
        return WITHDRAWN
    least = measure.range.min if measure.range.min is not None else 0.0
    most = measure.range.max if measure.range.max is not None else 9999.0
    match measure.type:
        case MeasureType.CATEGORY:
            return Reported(codes=(source.choice(measure.codes),))
        case MeasureType.CODES:
            count = source.randint(0, len(measure.codes))
            return Reported(codes=tuple(sorted(source.sample(measure.codes, count))))
        case MeasureType.FLAG:
            return Reported(number=float(source.random() < 0.5))
        case MeasureType.COUNT:
            return Reported(number=float(source.randint(int(least), min(int(most), 999))))
        case _:
            return Reported(number=round(source.uniform(least, most), source.choice([0, 1, 3])))
