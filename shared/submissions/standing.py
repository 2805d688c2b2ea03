"""What stands: fragments of SQL that say it once."""

STANDING = """
    SELECT true AS stands FROM submission AS own
    WHERE own.round = :round AND own.applicant = {applicant} AND own.measure = {measure}
        AND own.reporter = :expert AND own.status = 'reported'
        AND own.as_of <= (SELECT reference_date FROM round WHERE id = :round)
        AND NOT EXISTS (
            SELECT FROM submission AS later
            WHERE later.round = :round AND later.applicant = own.applicant
                AND later.measure = own.measure AND later.reporter = own.reporter
                AND later.as_of = own.as_of AND later.revision > own.revision
        )
"""
"""Whether the mark of :expert stands: one of a date that counts, and the last word on that date."""
