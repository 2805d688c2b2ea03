"""The driver under a session: what it does happens in the session's transaction."""

from sqlalchemy import text

from shared.database import Database
from shared.database.database import driver_of


async def test_the_driver_takes_part_in_the_transaction_that_a_session_is(
    database: Database,
) -> None:
    for session_of, inside, isolation in (
        (database.session, True, "read committed"),
        (database.snapshot, True, "repeatable read"),
        (database.reading, False, "read committed"),
    ):
        async with session_of() as session:
            driver = await driver_of(session)

            assert driver.is_in_transaction() == inside
            assert await driver.fetchval("SHOW transaction_isolation") == isolation
            assert (await session.scalars(text("SHOW transaction_isolation"))).one() == isolation
            assert driver.is_in_transaction() == inside
