"""The version of a score that holds as of a run: said once, as SQL for every query that asks."""

# Both indexes of the table begin with the round and offer runs in order. A plan that was made while
# the table was empty may take the one without applicants, and then reads all versions of all others
# for each: seconds for a cohort. The order by applicant, of whom there is one, keeps it from that.
HOLDING = """
    SELECT {columns} FROM score_version AS version
    WHERE version.round = {round_id} AND version.applicant >= {applicant}
        AND (version.applicant, version.run) <= ({applicant}, {run})
    ORDER BY version.applicant DESC, version.run DESC LIMIT 1
"""


def holding(round_id: str, applicant: str, run: str, columns: str = "*") -> str:
    """Select the version of an applicant's score that holds as of *run*, be it a withdrawn one.

    For a FROM (…), beside what has the applicant: LATERAL. At most one row.
    """
    return HOLDING.format(round_id=round_id, applicant=applicant, run=run, columns=columns)
