"""A round's ranking worked out from its submissions alone, by the domain, without a worker."""

from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import text

from shared.database import Session
from shared.frameworks import store as frameworks
from shared.rounds import store as rounds
from shared.scoring.derive import derive
from shared.scoring.document.reader import read
from shared.scoring.framework import Framework, ReporterKind
from shared.scoring.rank import rank
from shared.scoring.resolve import Evidence, resolve
from shared.scoring.score import score

EPOCH = date(1970, 1, 1)
KINDS = [str(kind) for kind in ReporterKind]

SAID = text("""
    SELECT applicant, measure, reporter, as_of, kind, id, status, number FROM submission
    WHERE round = :round ORDER BY revision
""")
COHORT = text("""
    SELECT applicant, kind FROM entry WHERE round = :round AND state = 'accepted'
    ORDER BY applicant
""")

Place = tuple[int | None, float]
"""A rank within the kind, and a total in points."""


async def ranking(session: Session, round_id: int) -> dict[str, Place]:
    """Return the place of each applicant of the round, whose measures are all numbers."""
    stored = await rounds.by_id(session, round_id)
    framework = read((await frameworks.by_id(session, stored.framework)).document)
    cohort = [tuple(row) for row in await session.execute(COHORT, {"round": round_id})]
    history = [tuple(row) for row in await session.execute(SAID, {"round": round_id})]

    applicants = [applicant for applicant, _ in cohort]
    said = _evidence(framework, applicants, _standing(history, stored.reference_date))
    derived = derive(framework, resolve(framework, said, len(applicants)))
    _, kinds = np.unique(np.array([kind for _, kind in cohort], np.str_), return_inverse=True)
    sheet = score(framework, derived.values, derived.flags, kinds)
    places = rank(sheet.totals, kinds, sheet.blocked)
    return {
        applicant: (int(places.rank[at]) or None, sheet.totals[at] / 10**framework.precision)
        for at, applicant in enumerate(applicants)
    }


def _standing(history: list[tuple[Any, ...]], reference_date: date) -> list[tuple[Any, ...]]:
    """Return what each reporter stands by: the latest date, and of it the last revision."""
    last_of_date = {row[:4]: row for row in history}
    stands = {}
    for row in sorted(last_of_date.values(), key=lambda row: row[3]):
        if row[3] <= reference_date and row[6] == "reported":
            stands[row[:3]] = row
    return list(stands.values())


def _evidence(framework: Framework, applicants: list[str], rows: list[tuple[Any, ...]]) -> Evidence:
    position = {applicant: at for at, applicant in enumerate(applicants)}
    rows = [row for row in rows if row[0] in position]
    return Evidence(
        applicant=np.array([position[row[0]] for row in rows], np.int64),
        measure=np.array([framework.measure_codes.index(row[1]) for row in rows], np.int64),
        kind=np.array([KINDS.index(row[4]) for row in rows], np.int64),
        as_of=np.array([(row[3] - EPOCH).days for row in rows], np.int64),
        id=np.array([row[5] for row in rows], np.int64),
        value=np.array([row[7] for row in rows], np.float64),
        revised=np.zeros(len(rows), np.bool_),
    )
