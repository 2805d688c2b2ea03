"""What stands: said once, as SQL for every query that asks, each a SELECT for its FROM (…).

Of one reporter and date the last revision holds, and a withdrawal takes the date away; of what
remains, the greatest date not after the reference date stands.

*way* is the order in which applicants, measures and reporters come. The natural key's index is read
backwards for DESC, and nothing is sorted: the way to read much. For ASC a few rows at a time are
sorted: the way to read a page, which ends where the page is full.
"""

from typing import Literal, TypeAlias

Way: TypeAlias = Literal["ASC", "DESC"]

REFERENCE_DATE_OF = "(SELECT reference_date FROM round WHERE id = {round_id})"
REFERENCE_DATE = REFERENCE_DATE_OF.format(round_id=":round")
"""For who has the round's id alone."""

LAST_WORDS = """
    SELECT DISTINCT ON (applicant, measure, reporter, as_of) * FROM submission
    WHERE round = {round_id} AND {which}
    ORDER BY applicant {way}, measure {way}, reporter {way}, as_of {way}, revision DESC
"""
STANDING = """
    SELECT DISTINCT ON (applicant, measure, reporter) * FROM ({last_words}) AS last_word
    WHERE status <> 'withdrawn'
    ORDER BY applicant {way}, measure {way}, reporter {way}, as_of DESC
"""


def last_words(round_id: str, which: str, way: Way = "DESC") -> str:
    """Select what each reporter said last of an applicant, measure and date; also withdrawals.

    All columns of `submission`. *which* says what is read, by the columns of the natural key, or by
    a moment before which everything was recorded: any other condition would let an earlier revision
    pass for the last.
    """
    return LAST_WORDS.format(round_id=round_id, which=which, way=way)


def standing(round_id: str, reference_date: str, which: str = "true", way: Way = "DESC") -> str:
    """Select what stands on *reference_date*: a row per applicant, measure and reporter.

    All columns of `submission`; *which* is as for `last_words`.
    """
    words = last_words(round_id, f"as_of <= {reference_date} AND {which}", way)
    return STANDING.format(last_words=words, way=way)
