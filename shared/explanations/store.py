"""What explains a score: a run's parameters, what it rests on, and the cohort beside it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from shared.core.errors import NotFound
from shared.database import Session, columns
from shared.runs.holding import HIDDEN_ROUND, holding
from shared.submissions.values import Reported


@dataclass(frozen=True, slots=True)
class Basis:
    """What all explanations of a run share; *parameters* are by kind of applicant, indicator."""

    recorded_at: datetime
    parameters: dict[str, dict[str, dict[str, float]]]
    sha256: str


@dataclass(frozen=True, slots=True)
class Input:
    """A submission that some run took in; *run* is the first whose scores could rest on it."""

    id: int
    measure: str
    reporter: int
    name: str
    kind: str
    as_of: date
    revision: int
    reported: Reported
    reference: str | None
    comment: str | None
    recorded_at: datetime
    run: int


async def basis(session: Session, round_id: int, run: int) -> Basis:
    """Return what the run took from the cohorts, and the framework's fingerprint. Raises: NotFound.

    Every run stores the parameters that hold as of it, whether or not a score changed with them.
    """
    query = text("""
        SELECT run.recorded_at, run_parameters.parameters, framework.sha256
        FROM run
        JOIN run_parameters ON run_parameters.round = :round AND run_parameters.run = run.number
        JOIN round ON round.id = :round
        JOIN framework ON framework.id = round.framework
        WHERE run.round = :round AND run.number = :run
    """)
    row = (await session.execute(query, {"round": round_id, "run": run})).first()
    if row is None:
        raise NotFound(f"the round has no run {run}")
    return Basis(*row)


INPUTS = text("""
    SELECT submission.id, measure, reporter, reporter.name, kind, as_of, revision, number, codes,
        reference, comment, recorded_at, run
    FROM (
        SELECT run, unnest(submissions) AS id FROM run_input
        WHERE round = :round AND applicant = :applicant AND run <= :run
    ) AS input
    JOIN submission ON submission.round = :round AND submission.id = input.id
    JOIN reporter ON reporter.id = submission.reporter
    ORDER BY submission.id
""")


async def inputs(session: Session, round_id: int, applicant: str, run: int) -> list[Input]:
    """Return every submission on the applicant that runs up to *run* took in, oldest first."""
    parameters = {"round": round_id, "applicant": applicant, "run": run}
    return [_input(*row) for row in await session.execute(INPUTS, parameters)]


def _input(*row: Any) -> Input:
    *known, number, codes, reference, comment, recorded_at, run = row
    reported = Reported(number, None if codes is None else tuple(codes))
    identity, measure, reporter, name, kind, as_of, revision = known
    return Input(
        identity, measure, reporter, name, kind, as_of, revision,
        reported, reference, comment, recorded_at, run,
    )  # fmt: skip


COHORT = f"""
    SELECT latest.values FROM entry
    CROSS JOIN LATERAL (
        {holding(HIDDEN_ROUND, "entry.applicant", "$3", "withdrawn, values")}
    ) AS latest
    WHERE entry.round = $1 AND entry.kind = $2 AND NOT latest.withdrawn
    ORDER BY entry.applicant
"""  # noqa: S608 -- all of it is ours


async def cohort(
    session: Session, round_id: int, kind: str, run: int, indicators: int
) -> npt.NDArray[np.float64]:
    """Return the raw values of all of one *kind* who have a score as of *run*.

    The shape is (applicants, indicators), in order of applicant, NaN where missing. Values alone,
    not whole scores: however large the cohort is, it is read for the sake of one applicant.
    """
    row = columns.row_type(values=("float8", indicators))
    read = await columns.read(session, COHORT, (round_id, kind, run), row)
    return read["values"].astype(np.float64, copy=False)
