"""What a run reads: the values that the reporters of some applicants stand by."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from shared.database import Session, columns
from shared.scoring.arrays import BoolArray, IntArray
from shared.scoring.framework import KINDS, Framework, MeasureType
from shared.scoring.resolve import Evidence
from shared.submissions.sight import changed_after_sight
from shared.submissions.standing import standing
from shared.submissions.supposing import NOTHING, supposing

ROW = columns.row_type(
    applicant="int8", measure="int8", kind="int8", as_of="int8", id="int8", value="float8"
)

REVISED_ROW = columns.row_type(id="int8")

REPORTED_ROW = columns.row_type(
    applicant="int8", measure="int8", kind="int8", as_of="int8", id="int8", value="float8",
    reporter="int8",
)  # fmt: skip

# What is still in the change log is left to the run that takes it in: a run's scores then rest on
# its inputs and those before, and on nothing else. NOT IN is hashed, however wrong the estimate of
# how many wait; a join might compare all with all.
TAKEN_IN = """id NOT IN (
    SELECT submission FROM submission_change WHERE round = $1 AND submission IS NOT NULL
)"""
CURRENT = """
    SELECT applicants.position - 1, measures.position - 1,
        array_position($5::text[], kind) - 1::bigint, (as_of - DATE '1970-01-01')::bigint, id,
        CASE WHEN stands.codes IS NULL THEN stands.number
            WHEN categories.number IS NULL THEN cardinality(stands.codes)::float8
            ELSE categories.number END{more}
    FROM ({standing}) AS stands
    JOIN unnest($3::text[]) WITH ORDINALITY AS applicants (code, position)
        ON applicants.code = stands.applicant
    JOIN unnest($4::text[]) WITH ORDINALITY AS measures (code, position)
        ON measures.code = stands.measure
    LEFT JOIN unnest($6::text[], $7::text[], $8::float8[]) AS categories (measure, code, number)
        ON categories.measure = stands.measure AND categories.code = stands.codes[1]
"""
TAKEN_IN_BY = f"""{TAKEN_IN} AND id NOT IN (
    SELECT unnest(submissions) FROM run_input WHERE round = $1 AND run > $9
)"""  # noqa: S608 -- all of it is ours
REVISED = "SELECT id FROM ({changed}) AS changed WHERE id IS NOT NULL"


async def current(
    session: Session,
    round_id: int,
    framework: Framework,
    reference_date: date,
    applicants: Sequence[str],
    *,
    everybody: bool,
    supposed: str | None = None,
) -> Evidence:
    """Return what counts on *reference_date*, a row per applicant, measure and reporter.

    Applicants are positions in *applicants*, measures positions in the framework; others are left
    out. *everybody* says that *applicants* are the whole round: it is then read in one sweep.
    Where anything is *supposed* (as `shared.submissions.supposing.written` writes it, were it
    nothing at all) it is what would count if that were recorded and a run had taken in whatever
    waits; no mark is then said to be revised, which moves no score.
    """
    arguments = _arguments(round_id, framework, reference_date, applicants)
    taken_in = TAKEN_IN if supposed is None else "true"
    which = taken_in if everybody else f"applicant = ANY ($3::text[]) AND {taken_in}"
    query = CURRENT.format(standing=standing("$1", "$2", which), more="")
    if supposed not in {None, NOTHING}:
        query, arguments = supposing(query, "$9::text"), (*arguments, supposed)
    read = await columns.read(session, query, arguments, ROW)
    revised = np.zeros(0, np.int64)
    if supposed is None:
        revised = await _revised_after_sight(
            session, round_id, framework, reference_date, applicants, everybody=everybody
        )
    return _evidence(read, np.isin(read["id"], revised))


async def taken_in_by(
    session: Session,
    round_id: int,
    framework: Framework,
    reference_date: date,
    applicants: Sequence[str],
    measures: Sequence[str],
    run: int,
) -> tuple[Evidence, IntArray]:
    """Return what counted of *applicants* and *measures* in *run*, and each row's reporter.

    The rows are as those of `current`; none is said to be revised, which moves no score.
    """
    which = f"applicant = ANY ($3::text[]) AND measure = ANY ($10::text[]) AND {TAKEN_IN_BY}"
    query = CURRENT.format(standing=standing("$1", "$2", which), more=", stands.reporter")
    arguments = (*_arguments(round_id, framework, reference_date, applicants), run, list(measures))
    read = await columns.read(session, query, arguments, REPORTED_ROW)
    return _evidence(read, np.zeros(len(read["id"]), np.bool_)), read["reporter"]


def _arguments(
    round_id: int, framework: Framework, reference_date: date, applicants: Sequence[str]
) -> tuple[object, ...]:
    categories = [
        (measure.code, code, float(at))
        for measure in framework.measures.values()
        if measure.type is MeasureType.CATEGORY
        for at, code in enumerate(measure.codes)
    ]
    return (
        round_id,
        reference_date,
        list(applicants),
        list(framework.measure_codes),
        list(KINDS),
        [measure for measure, _, _ in categories],
        [code for _, code, _ in categories],
        [number for _, _, number in categories],
    )


def _evidence(read: dict[str, Any], revised: BoolArray) -> Evidence:
    return Evidence(
        applicant=read["applicant"],
        measure=read["measure"],
        kind=read["kind"],
        as_of=read["as_of"],
        id=read["id"],
        value=read["value"].astype(np.float64, copy=False),
        revised=revised,
    )


async def _revised_after_sight(
    session: Session,
    round_id: int,
    framework: Framework,
    reference_date: date,
    applicants: Sequence[str],
    *,
    everybody: bool,
) -> IntArray:
    """Return the ids of the marks that stand and were changed when others' could be read."""
    panels = [code for code, measure in framework.measures.items() if measure.panel]
    if not panels:
        return np.zeros(0, np.int64)
    which = f"measure = ANY ($3::text[]) AND {TAKEN_IN}"
    arguments: tuple[object, ...] = (round_id, reference_date, panels)
    if not everybody:
        which = f"applicant = ANY ($4::text[]) AND {which}"
        arguments = (*arguments, list(applicants))
    query = REVISED.format(changed=changed_after_sight("$1", "$2", which))
    ids: IntArray = (await columns.read(session, query, arguments, REVISED_ROW))["id"]
    return ids
