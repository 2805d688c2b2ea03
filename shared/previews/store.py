"""What becomes of submissions if they were recorded, without anything being written or locked."""

import asyncio
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import asyncpg
import msgspec

from shared.database import Driver, SchemaUnknown
from shared.submissions.recording import MOST_AT_ONCE
from shared.submissions.store import REVISED, Mark, NewSubmission, Receipt, written
from shared.submissions.supposing import supposing
from shared.submissions.values import Reported


class Judged(msgspec.Struct, frozen=True, gc=False):
    """What would become of a submission, and what its reporter says of that date as yet.

    The receipt's id is None where one would be given: for what is added, or set aside anew.
    """

    receipt: Receipt
    stands: Reported


JUDGE = """
    SELECT judged.result,
        CASE WHEN set_aside = 'superseded' THEN standing_id
            WHEN set_aside IS NOT NULL THEN aside_id
            WHEN judged.result = 'unchanged' THEN standing_id END,
        set_aside, entered, before, standing_number, standing_codes
    FROM judge_items($1, $2::text::submission_item[]) AS judged
    ORDER BY judged.place
"""


async def judged(
    driver: Driver, round_id: int, submissions: Sequence[NewSubmission]
) -> list[Judged]:
    """Say in order what would become of each; no two have the same natural key.

    Raises: SchemaUnknown.
    """
    found = list[Judged]()
    for at in range(0, len(submissions), MOST_AT_ONCE):
        asked = await asyncio.to_thread(written, submissions[at : at + MOST_AT_ONCE])
        try:
            rows = await driver.fetch(JUDGE, round_id, asked)
        except (asyncpg.UndefinedFunctionError, asyncpg.UndefinedObjectError):
            raise SchemaUnknown("a dry run needs step 0023: run `pilotzone migrate`") from None
        found += [
            Judged(Receipt(*receipt), Reported(number, None if codes is None else tuple(codes)))
            for *receipt, number, codes in rows
        ]
    return found


async def revised_after_sight(
    driver: Driver, round_id: int, marks: AbstractSet[Mark], supposed: str
) -> AbstractSet[Mark]:
    """Return which of *marks*, one at least, would be changed after sight by what is *supposed*.

    That is as `shared.submissions.store.written` writes it.
    """
    applicants, measures, _ = zip(*marks, strict=True)
    query = supposing(REVISED, "$4::text")
    found = await driver.fetch(query, round_id, applicants, measures, supposed)
    return marks & {tuple(row) for row in found}
