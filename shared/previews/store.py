"""What becomes of submissions if they were recorded, without anything being written or locked."""

import asyncio
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import asyncpg
import msgspec

from shared.database import Driver, SchemaUnknown
from shared.submissions.recording import MOST_AT_ONCE
from shared.submissions.sight import REVISED
from shared.submissions.store import (
    Mark,
    NewSubmission,
    Receipt,
    said_columns,
    weighed_columns,
    written,
)
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
    FROM {judged} AS judged
    ORDER BY judged.place
"""
OF_ITEMS = JUDGE.format(judged="judge_items($1, $2::text::submission_item[])")
OF_COLUMNS = JUDGE.format(judged=f"judge_submissions({', '.join(f'${at}' for at in range(1, 16))})")
"""For a schema before step 0023."""

KNOWS = "SELECT to_regproc('judge_items') IS NOT NULL"


async def judged(
    driver: Driver, round_id: int, submissions: Sequence[NewSubmission]
) -> list[Judged]:
    """Say in order what would become of each; no two have the same natural key.

    Raises: SchemaUnknown.
    """
    found = list[Judged]()
    ask = _of_items if await driver.fetchval(KNOWS) else _of_columns
    for at in range(0, len(submissions), MOST_AT_ONCE):
        rows = await ask(driver, round_id, submissions[at : at + MOST_AT_ONCE])
        found += [
            Judged(Receipt(*receipt), Reported(number, None if codes is None else tuple(codes)))
            for *receipt, number, codes in rows
        ]
    return found


async def _of_items(
    driver: Driver, round_id: int, submissions: Sequence[NewSubmission]
) -> Sequence[Any]:
    asked = await asyncio.to_thread(written, submissions)
    found: Sequence[Any] = await driver.fetch(OF_ITEMS, round_id, asked)
    return found


async def _of_columns(
    driver: Driver, round_id: int, submissions: Sequence[NewSubmission]
) -> Sequence[Any]:
    columns = *said_columns(submissions), *weighed_columns(submissions)
    try:
        found: Sequence[Any] = await driver.fetch(OF_COLUMNS, round_id, *columns)
    except asyncpg.UndefinedFunctionError:
        raise SchemaUnknown("a dry run needs step 0012: run `pilotzone migrate`") from None
    return found


async def revised_after_sight(
    driver: Driver, round_id: int, marks: AbstractSet[Mark], supposed: str
) -> AbstractSet[Mark]:
    """Return which of *marks*, one at least, would be changed after sight by what is *supposed*.

    That is as `shared.submissions.supposing.supposed` writes it.
    """
    applicants, measures, _ = zip(*marks, strict=True)
    query = supposing(REVISED, "$4::text")
    found = await driver.fetch(query, round_id, applicants, measures, supposed)
    return marks & {tuple(row) for row in found}
