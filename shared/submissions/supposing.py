"""What a query would find if more were recorded: submissions that nobody stored, beside the others.

They are later than all that stand, so what the queries say of order holds for them too.
"""

import json
from collections.abc import Sequence

from shared.submissions.store import NewSubmission

ENCODER = json.JSONEncoder(separators=(",", ":"))

LATER = 2**62
"""Ids beyond any that the database gives."""

LAST_REVISION = 2**31 - 1

# Where a text's collation is not said, it would clash with that of the columns.
ROWS = """
    SELECT place, applicant COLLATE "C" AS applicant, measure COLLATE "C" AS measure, reporter,
        kind, as_of, status, number, codes COLLATE "C" AS codes, expects, moment, observation,
        doubt, factor, confirmer
    FROM json_to_recordset(({rows})::json) AS item (
        place bigint, applicant text, measure text, reporter bigint, kind text, as_of date,
        status text, number float8, codes text[], expects integer, moment timestamptz,
        observation text, doubt text, factor float8, confirmer bigint
    )
"""
SUPPOSING = """
    WITH submission AS NOT MATERIALIZED (
        SELECT round, id, applicant, measure, reporter, kind, as_of, revision, status, number, codes
        FROM submission
        UNION ALL
        SELECT $1::bigint, {later} + place, applicant, measure, reporter, kind, as_of, {last},
            status, number, codes
        FROM ({items}) AS item
    )
    {query}
"""


NOTHING = "[]"
"""No submission, as `written` writes it."""


def items(rows: str) -> str:
    """Select the items that *rows*, a parameter, has as `written` writes them; *place* from 0."""
    return ROWS.format(rows=rows)


def supposing(query: str, rows: str) -> str:
    """Return *query*, which asks of the round $1, as if the items of *rows* were recorded.

    Of `submission` the query may name what its rules are about: all but references, comments and
    how a row came to be. No two items have the same natural key.
    """
    return SUPPOSING.format(query=query, items=items(rows), later=LATER, last=LAST_REVISION)


def written(submissions: Sequence[NewSubmission]) -> str:
    """Write what a query is to suppose, in the order in which it would be recorded.

    One text, since a driver takes far longer over as many values; it is written row by row, so
    that in a thread it lets others run.
    """
    return f"[{','.join(_row(place, each) for place, each in enumerate(submissions))}]"


def _row(place: int, each: NewSubmission) -> str:
    return ENCODER.encode(
        {
            "place": place,
            "applicant": each.applicant,
            "measure": each.measure,
            "reporter": each.reporter,
            "kind": each.kind,
            "as_of": each.as_of.isoformat(),
            "status": each.reported.status,
            "number": each.reported.number,
            "codes": each.reported.codes,
            "expects": each.expected_revision,
            "moment": each.reported_at and each.reported_at.isoformat(),
            "observation": each.obs_status,
            "doubt": each.doubt,
            "factor": each.factor,
            "confirmer": each.confirmed_by,
        }
    )
