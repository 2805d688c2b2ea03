"""What a query would find if more were recorded: submissions that nobody stored, beside the others.

They are later than all that stand, so what the queries say of order holds for them too.
"""

LATER = 2**62
"""Ids beyond any that the database gives; the first item has the next."""

LAST_REVISION = 2**31 - 1

# Where a text's collation is not said, it would clash with that of the columns.
ROWS = """
    SELECT place, applicant COLLATE "C" AS applicant, measure COLLATE "C" AS measure, reporter,
        kind, as_of, status, number, string_to_array(joined, chr(31)) COLLATE "C" AS codes
    FROM unnest(({rows})::submission_item[]) WITH ORDINALITY AS item (
        applicant, measure, reporter, kind, as_of, status, number, joined, reference, comment,
        request_id, expects, moment, observation, doubt, factor, confirmer, reason, place
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


NOTHING = "{}"
"""No submission, as `shared.submissions.store.written` writes it."""


def supposing(query: str, rows: str) -> str:
    """Return *query*, which asks of the round $1, as if the items of *rows* were recorded.

    That is a parameter, as `shared.submissions.store.written` writes them. Of `submission` the
    query may name what its rules are about: all but references, comments and how a row came to be.
    No two items have the same natural key.
    """
    items = ROWS.format(rows=rows)
    return SUPPOSING.format(query=query, items=items, later=LATER, last=LAST_REVISION)
