"""A database whose disk is full: one line in the log, an answer that asks for patience."""

import pytest
from structlog.testing import capture_logs

from shared.database import Database
from shared.database.database import FULL_SECONDS
from tests.fixtures.ask import execute, one
from tests.fixtures.http import problem
from tests.fixtures.make import STATIONS, World

NO_ROOM = """
    CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100';
    END $$
"""
READY = "http://gateway/health/ready"


async def fill(owner: Database, table: str) -> None:
    """Let every insert into *table* fail as on a full disk."""
    on = f"CREATE TRIGGER no_room BEFORE INSERT ON {table} FOR EACH STATEMENT"
    await execute(owner, NO_ROOM, f"{on} EXECUTE FUNCTION no_room()")


async def test_a_write_that_finds_no_room_is_unavailable_and_one_line_in_the_log(
    world: World, owner: Database, database: Database
) -> None:
    await fill(owner, "submission")

    with capture_logs() as logs:
        answer = await world.submit("source", "C1", STATIONS, 5)
    problem(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "1"
    (line,) = [each for each in logs if each["event"] != "request"]
    assert (line["event"], line["log_level"]) == ("database full", "warning")
    assert "exc_info" not in line

    problem(await world.client.get(READY), 503, "unavailable")
    assert (await world.call("auditor", "GET", "/rounds")).status_code == 200  # reading goes on
    database._full_until -= FULL_SECONDS  # as if so much time had gone by
    assert (await world.client.get(READY)).status_code == 200


async def test_a_run_that_finds_no_room_waits_and_blames_no_round(
    world: World, owner: Database
) -> None:
    await world.submit("source", "C1", STATIONS, 5)
    await fill(owner, "score_version")

    with pytest.raises(Exception, match="could not extend file"):
        await world.recompute()
    assert await one(owner, "SELECT count(*) FROM round_failure") == 0

    await execute(owner, "DROP TRIGGER no_room ON score_version")
    assert await world.recompute()
