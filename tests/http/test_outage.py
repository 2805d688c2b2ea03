"""A gateway whose database goes away while many submit."""

import asyncio

from sqlalchemy import event

from api.app import ROLE
from shared.database.engine import connect, sessions_of
from shared.rounds import store as rounds
from shared.submissions.intake import Intake
from tests.fixtures.make import ROUND, World
from tests.submissions.saying import said


async def test_a_database_that_is_away_is_asked_once_for_all_who_wait(
    world: World, database: str
) -> None:
    """To ask it for each by itself would keep them all waiting, and storm it when it comes back."""
    assert (await world.ranking())["round"] == ROUND
    engine = await connect(database, ROLE)
    sessions = sessions_of(engine)
    async with sessions() as session:
        round_id = (await rounds.get(session, ROUND)).id
    await engine.dispose()
    asked, is_back = 0, False

    def answer(*_: object) -> None:
        nonlocal asked
        asked += 1
        if not is_back:
            raise ConnectionRefusedError

    event.listen(engine.sync_engine, "do_connect", answer)
    intake = Intake(sessions)
    refused = await asyncio.gather(
        *(intake.record(round_id, [said(n)]) for n in range(50)), return_exceptions=True
    )
    is_back = True
    (receipt,) = await intake.record(round_id, [said(50)])
    await engine.dispose()

    assert {type(each) for each in refused} == {ConnectionRefusedError}
    assert asked <= 3
    assert receipt.result == "created"
