"""Sessions and links are taken away when their time is over, and not before."""

import asyncio
from datetime import timedelta

import pytest
from alembic import command

from shared.access.uses import Uses
from shared.database import Database, SchemaUnknown
from shared.database.migration import configuration
from shared.sessions import service, store
from shared.sessions.sessions import Sessions
from tests.fixtures.ask import execute, one
from tests.fixtures.http import key
from worker.expiry import Expiry

DAY = timedelta(days=1)
LEFT = """
    SELECT coalesce(string_agg(convert_from(sha256, 'UTF8'), '' ORDER BY sha256), '') FROM {}
"""


async def test_a_worker_takes_away_what_is_over_a_part_at_a_time(
    owner: Database, worker_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "TAKEN_AT_ONCE", 2)
    await key(owner, "portal", "portal")
    await execute(
        owner,
        *(
            f"""INSERT INTO {table} (sha256, key, expires_at)
            SELECT convert_to(day::text, 'UTF8'), api_key.id, now() + (day - 4.5) * interval '1 d'
            FROM generate_series(1, 5) AS day CROSS JOIN api_key"""  # noqa: S608
            for table in ("browser_session", "entry_link")
        ),
    )
    expiry = Expiry(worker_database, DAY)

    more = [await expiry.take_away() for _ in range(3)]

    assert more == [True, True, False]
    for table in ("browser_session", "entry_link"):
        assert await one(owner, LEFT.format(table)) == "5"


async def test_until_the_database_is_migrated_nobody_signs_in(
    url: str, owner: Database, database: Database, worker_database: Database
) -> None:
    """And a worker finds nothing to take away."""
    await asyncio.to_thread(command.downgrade, configuration(url), "0020")
    secret = (await key(owner, "portal", "portal"))["Authorization"][7:]

    assert not await Expiry(worker_database, DAY).take_away()
    with pytest.raises(SchemaUnknown, match="step 0021"):
        async with database.session() as session:
            await service.begin(session, "r", secret, DAY)
    with pytest.raises(SchemaUnknown, match="step 0021"):
        await Sessions(database, DAY, Uses(database)).holder("a" * 43)
