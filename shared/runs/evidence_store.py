"""What a run reads: the values that the reporters of some applicants stand by."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from shared.database import Session, columns
from shared.runs.statements import Statements
from shared.scoring.arrays import IntArray
from shared.scoring.framework import KINDS, Framework, MeasureType
from shared.submissions.sight import changed_after_sight
from shared.submissions.standing import standing
from shared.submissions.supposing import NOTHING, supposing

ROW = columns.row_type(
    applicant="int4", measure="int4", kind="int4", as_of="int4", revision="int4", reporter="int8",
    id="int8", value="float8",
)  # fmt: skip

REVISED_ROW = columns.row_type(id="int8")

# What is still in the change log is left to the run that takes it in: a run's scores then rest on
# its inputs and those before, and on nothing else. All that waits is worked out once, as ranges: a
# row of the log may be of a file. On a schema before 0027 none is: `nothing_known`.
TAKEN_IN = """(id <@ (
    SELECT (
        SELECT range_agg(int8range(submission, coalesce(last_submission, submission), '[]'))
        FROM submission_change WHERE round = $1 AND submission IS NOT NULL
    ) FROM (SELECT CAST(NULL AS bigint) AS last_submission) AS nothing_known
)) IS NOT TRUE"""
STATEMENTS = """
    SELECT (applicants.position - 1)::integer, (measures.position - 1)::integer,
        array_position($5::text[], kind) - 1, as_of - DATE '1970-01-01', revision, reporter, id,
        CASE WHEN said.codes IS NULL THEN coalesce(said.number, 'NaN')
            WHEN categories.number IS NULL THEN cardinality(said.codes)::float8
            ELSE categories.number END
    FROM ({said}) AS said
    JOIN unnest($3::text[]) WITH ORDINALITY AS applicants (code, position)
        ON applicants.code = said.applicant
    JOIN unnest($4::text[]) WITH ORDINALITY AS measures (code, position)
        ON measures.code = said.measure
    LEFT JOIN unnest($6::text[], $7::text[], $8::float8[]) AS categories (measure, code, number)
        ON categories.measure = said.measure AND categories.code = said.codes[1]
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
) -> Statements:
    """Return what counts on *reference_date*, a row per applicant, measure and reporter.

    Applicants are positions in *applicants*, measures positions in the framework; others are left
    out. *everybody* says that *applicants* are the whole round: it is then read in one sweep.
    Where anything is *supposed* (as `shared.submissions.supposing.supposed` writes it, were it
    nothing at all) it is what would count if that were recorded and a run had taken in whatever
    waits; no mark is then said to be revised, which moves no score.
    """
    arguments = _arguments(round_id, framework, reference_date, applicants)
    taken_in = TAKEN_IN if supposed is None else "true"
    which = taken_in if everybody else f"applicant = ANY ($3::text[]) AND {taken_in}"
    query = STATEMENTS.format(said=standing("$1", "$2", which))
    if supposed not in {None, NOTHING}:
        query, arguments = supposing(query, "$9::text"), (*arguments, supposed)
    read = await columns.read(session, query, arguments, ROW)
    revised = np.zeros(0, np.int64)
    if supposed is None:
        revised = await _revised_after_sight(
            session, round_id, framework, reference_date, applicants, everybody=everybody
        )
    return Statements(**read, revised=np.isin(read["id"], revised))


async def taken_in_by(
    session: Session,
    round_id: int,
    framework: Framework,
    reference_date: date,
    applicants: Sequence[str],
    measures: Sequence[str],
    run: int,
) -> Statements:
    """Return what counted of *applicants* and *measures* in *run*.

    The rows are as those of `current`; none is said to be revised, which moves no score.
    """
    which = f"applicant = ANY ($3::text[]) AND measure = ANY ($10::text[]) AND {TAKEN_IN_BY}"
    query = STATEMENTS.format(said=standing("$1", "$2", which))
    arguments = (*_arguments(round_id, framework, reference_date, applicants), run, list(measures))
    read = await columns.read(session, query, arguments, ROW)
    return Statements(**read, revised=np.zeros(len(read["id"]), np.bool_))


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
