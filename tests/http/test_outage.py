"""A gateway whose database goes away while many submit."""

import asyncio

from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine

from api.app import ROLE
from shared.database import Database
from shared.database.schema import driver_url
from shared.rounds import store as rounds
from shared.submissions.intake import Intake
from tests.fixtures.make import ROUND, World
from tests.submissions.saying import said


async def test_a_database_that_is_away_is_asked_once_for_all_who_wait(
    world: World, url: str
) -> None:
    """To ask it for each by itself would keep them all waiting, and storm it when it comes back."""
    assert (await world.ranking())["round"] == ROUND
    async with Database(url, ROLE) as database, database.session() as session:
        round_id = (await rounds.get(session, ROUND)).id
    engine = create_async_engine(driver_url(url))
    database = Database(url).over(engine)
    asked, is_back = 0, False

    def answer(*_: object) -> None:
        nonlocal asked
        asked += 1
        if not is_back:
            raise ConnectionRefusedError

    event.listen(engine.sync_engine, "do_connect", answer)
    intake = Intake(database)
    refused = await asyncio.gather(
        *(intake.record(round_id, [said(n)]) for n in range(50)), return_exceptions=True
    )
    is_back = True
    (receipt,) = await intake.record(round_id, [said(50)])
    await engine.dispose()

    assert {type(each) for each in refused} == {ConnectionRefusedError}
    assert asked <= 3
    assert receipt.result == "created"
