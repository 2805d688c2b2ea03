"""Marks that were changed after sight: said once, as SQL for every query that asks.

An expert can read the others' marks of an applicant and measure, adjudicated ones too, from the
moment on at which its own mark stands and somebody else's is recorded
(`shared.visibility.policy.reach_of`). What it stood by at that moment was given blind. If it stands
by another value now, or by none, its mark was changed after sight; by which dates and withdrawals
is no matter, and going back to the blind value undoes it.

Writers of a round take turns, and a transaction has the marks of one expert for each pair of
applicant and measure (`shared.submissions.intake`): the order of ids is the order in which marks
could be read.
"""

from collections.abc import Set as AbstractSet

from shared.database import Driver
from shared.submissions.standing import REFERENCE_DATE_OF, standing
from shared.submissions.store import Mark

OF_MARK = "applicant = mark.applicant AND measure = mark.measure AND reporter = mark.reporter"
OF_OTHERS = "applicant = mark.applicant AND measure = mark.measure AND reporter <> mark.reporter"

# Nearly every expert speaks once of each; only of the others anything is looked up. OFFSET 0 keeps
# each look-up from being made twice.
CHANGED_AFTER_SIGHT = """
    SELECT mark.applicant, mark.measure, mark.reporter, now.id
    FROM (
        SELECT applicant, measure, reporter, max(id) AS last FROM submission
        WHERE round = {round_id} AND kind = 'expert' AND {which}
        GROUP BY applicant, measure, reporter HAVING count(*) > 1
    ) AS mark
    CROSS JOIN LATERAL (
        SELECT min(id) AS first FROM submission
        WHERE round = {round_id} AND {of_others} AND kind IN ('expert', 'adjudicator')
            AND status = 'reported' AND id < mark.last
        OFFSET 0
    ) AS sight
    CROSS JOIN LATERAL (
        SELECT coalesce(
            (SELECT number FROM ({stood}) AS stood),
            (SELECT number FROM submission
                WHERE round = {round_id} AND {of_mark} AND as_of <= {reference_date}
                    AND status = 'reported' AND id > sight.first AND id <= mark.last
                ORDER BY id LIMIT 1)
        ) AS number
        WHERE sight.first IS NOT NULL
        OFFSET 0
    ) AS blind
    LEFT JOIN LATERAL ({stands}) AS now ON true
    WHERE blind.number IS NOT NULL AND now.number IS DISTINCT FROM blind.number
"""


def changed_after_sight(round_id: str, reference_date: str, which: str) -> str:
    """Select the marks that were changed after sight: *id* is the one that stands, null if none.

    Columns: applicant, measure, reporter, id. *which* says what is read, by applicant and measure,
    or by a moment before which everything was recorded; the measures must be panels'.
    """
    return CHANGED_AFTER_SIGHT.format(
        round_id=round_id,
        reference_date=reference_date,
        which=which,
        of_mark=OF_MARK,
        of_others=OF_OTHERS,
        stood=standing(round_id, reference_date, f"{OF_MARK} AND id < sight.first"),
        stands=standing(round_id, reference_date, f"{OF_MARK} AND id <= mark.last"),
    )


OF_PAIRS = "(applicant, measure) IN (SELECT * FROM unnest($2::text[], $3::text[]))"
CHANGED = changed_after_sight("$1", REFERENCE_DATE_OF.format(round_id="$1"), OF_PAIRS)
REVISED = f"SELECT applicant, measure, reporter FROM ({CHANGED}) AS changed"  # noqa: S608 -- ours


async def revised_after_sight(
    driver: Driver, round_id: int, marks: AbstractSet[Mark]
) -> AbstractSet[Mark]:
    """Return which of *marks* were changed, or taken back, when others' could be read."""
    if not marks:
        return marks
    applicants, measures, _ = zip(*marks, strict=True)
    found = await driver.fetch(REVISED, round_id, applicants, measures)
    return marks & {tuple(row) for row in found}
