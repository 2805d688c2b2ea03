"""Applicants: registered and changed by several at once."""

import asyncio

import pytest
from sqlalchemy import text

from shared.applicants import service as services
from shared.applicants import store as applicants
from shared.applicants.store import Applicant
from shared.core.principal import Actor
from shared.database import Database
from shared.rankings import store as standings
from shared.scoring.framework import Name
from tests.fixtures.ask import execute, one, rows, until_blocked

ADMIN = Actor("tests", "tests")
SLOWLY = (
    """CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN PERFORM pg_sleep(0.002); RETURN NEW; END'""",
    "CREATE TRIGGER dawdle BEFORE INSERT ON applicant FOR EACH ROW EXECUTE FUNCTION dawdle()",
)


async def test_imports_of_the_same_list_in_any_order_do_not_block_each_other(
    crowd: Database, owner: Database
) -> None:
    """Two transactions that wait for each other's rows would end one of them."""
    await execute(owner, *SLOWLY)
    wanted = [Applicant(f"A{n:02}", "county", Name("甲", "A"), None) for n in range(60)]

    async def register(direction: int) -> int:
        async with crowd.session() as session:
            return len((await services.register(session, ADMIN, wanted[::direction])).created)

    created = await asyncio.gather(*(register(direction) for direction in (1, -1, 1, -1)))

    assert sorted(created) == [0, 0, 0, 60]
    assert await one(owner, "SELECT count(*) FROM applicant") == 60


@pytest.mark.usefixtures("world")
async def test_whoever_changes_a_name_last_moves_the_version(
    crowd: Database, owner: Database
) -> None:
    """Pages with names are kept for as long as it stands still. The clock was set back a day."""
    await execute(owner, "UPDATE applicant SET changed_at = changed_at + interval '1 day'")

    async def rename(code: str) -> None:
        async with crowd.session() as session:
            await applicants.hold_changes(session)
            await applicants.change(session, code, Name("新", "new"), None)

    async def version() -> int | None:
        async with owner.session() as session:
            return (await standings.freshness(session, 1)).names.version

    async with crowd.session() as early:
        await applicants.hold_changes(early)
        await applicants.change(early, "C1", Name("新", "new"), None)
        late = asyncio.create_task(rename("C2"))
        await until_blocked(owner)
        before = await version()
    await late
    after = await version()

    versions = "SELECT version FROM applicant WHERE code = :code"
    assert [await one(owner, versions, code=code) for code in ("C1", "C2")] == [1, 2]
    assert (before, after) == (0, 2)


@pytest.mark.usefixtures("world")
async def test_the_database_numbers_changes_whatever_is_said(
    database: Database, crowd: Database, owner: Database
) -> None:
    """Nobody with the gateway's rights changes what an old run is shown with."""
    change = "UPDATE applicant SET {} WHERE code = 'C1'"
    async with crowd.session() as behind:
        await behind.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        await behind.execute(text("SELECT FROM applicant"))
        await execute(
            database,
            change.format("name_en = 'unsaid'"),
            change.format("name_en = 'forged', version = 0"),
            change.format("version = 9223372036854775807"),
        )
        await behind.execute(text("UPDATE applicant SET division = '1' WHERE code = 'C2'"))

    past = "SELECT code, until, name_en FROM applicant_past ORDER BY until"
    assert await rows(owner, past) == [("C1", 1, "C1"), ("C1", 2, "unsaid"), ("C2", 3, "C2")]
    versions = "SELECT code, version FROM applicant WHERE version > 0 ORDER BY code"
    assert await rows(owner, versions) == [("C1", 2), ("C2", 3)]
