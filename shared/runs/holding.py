"""The version of a score that holds as of a run: said once, as SQL for every query that asks."""

# Both indexes of the table begin with the round and offer runs in order. Where a plan is made for a
# round that is thought to have no scores, since it is its first run or statistics are older, the
# one without applicants seems as good, and all versions of all others are read for each: seconds
# for a cohort. The order by applicant, of whom there is one, keeps generic plans from that.
HOLDING = """
    SELECT {columns} FROM score_version AS version
    WHERE version.round = {round_id} AND version.applicant >= {applicant}
        AND (version.applicant, version.run) <= ({applicant}, {run})
    ORDER BY version.applicant DESC, version.run DESC LIMIT 1
"""

HIDDEN_ROUND = "(SELECT $1::bigint)"
"""The round for `columns.read`, of which no plan is generic: unknown when it is planned."""


def holding(round_id: str, applicant: str, run: str, columns: str = "*") -> str:
    """Select the version of an applicant's score that holds as of *run*, be it a withdrawn one.

    For a FROM (…), beside what has the applicant: LATERAL. At most one row.
    """
    return HOLDING.format(round_id=round_id, applicant=applicant, run=run, columns=columns)
