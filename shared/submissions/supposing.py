"""What a query would find if more were recorded: submissions that nobody stored, beside the others.

They are later than all that stand, so what the queries say of order holds for them too.
"""

from collections.abc import Sequence

import msgspec

from shared.submissions.store import NewSubmission

LATER = 2**62
"""Ids beyond any that the database gives; the first item has the next."""

LAST_REVISION = 2**31 - 1

# Where a text's collation is not said, it would clash with that of the columns.
ROWS = """
    SELECT place, applicant COLLATE "C" AS applicant, measure COLLATE "C" AS measure, reporter,
        kind, as_of, status, number, codes COLLATE "C" AS codes
    FROM json_to_recordset(({rows})::json) AS item (
        place bigint, applicant text, measure text, reporter bigint, kind text, as_of date,
        status text, number float8, codes text[]
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
"""No submission, as `supposed` writes it."""


def supposing(query: str, rows: str) -> str:
    """Return *query*, which asks of the round $1, as if the items of *rows* were recorded.

    That is a parameter, as `supposed` writes them. Of `submission` the query may name what its
    rules are about: all but references, comments and how a row came to be. No two items have the
    same natural key.
    """
    items = ROWS.format(rows=rows)
    return SUPPOSING.format(query=query, items=items, later=LATER, last=LAST_REVISION)


def supposed(submissions: Sequence[NewSubmission]) -> str:
    """Write what a query is to suppose, in the order in which it would be recorded.

    As one text, that every schema reads; it is made row by row, so that in a thread it lets others
    run.
    """
    return f"[{','.join([_row(place, each) for place, each in enumerate(submissions, 1)])}]"


def _row(place: int, each: NewSubmission) -> str:
    row = {
        "place": place,
        "applicant": each.applicant,
        "measure": each.measure,
        "reporter": each.reporter,
        "kind": each.kind,
        "as_of": each.as_of,
        "status": each.reported.status,
        "number": each.reported.number,
        "codes": each.reported.codes,
    }
    return msgspec.json.encode(row).decode()
