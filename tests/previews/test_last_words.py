"""What was said last of the same is found however far back, whatever comes first in a file."""

from datetime import timedelta
from itertools import permutations

from shared.database import Database
from shared.previews import store as previews
from tests.submissions.saying import DAY, push, said

LAST = {"C1": 1, "C2": 100, "P1": 0}
"""How many days before each applicant's value is another; the last has one of the day itself."""


async def test_what_was_said_last_is_found_whichever_item_is_the_first(
    round_id: int, database: Database
) -> None:
    for applicant, days in LAST.items():
        for back in (days, days + 300):
            earlier = said(1000 + back, applicant, as_of=DAY - timedelta(back))
            await push(database, round_id, earlier)
    later = said(9, "C1", as_of=DAY + timedelta(1))
    await push(database, round_id, later)
    new = said(7, "C1", "visitors")

    for items in permutations([*(said(7, each) for each in LAST), new]):
        async with database.driver() as driver:
            found = await previews.judged(driver, round_id, items)

        assert {
            (item.applicant, item.measure): (each.receipt.result, each.receipt.before)
            for item, each in zip(items, found, strict=True)
        } == {
            ("C1", said().measure): ("created", 1001),
            ("C2", said().measure): ("created", 1100),
            ("P1", said().measure): ("revised", 1000),
            ("C1", "visitors"): ("created", None),
        }
