"""Where a name without a schema is looked up: a temporary table never stands in for one of ours."""

import pytest

from shared.core.database_role import DatabaseRole
from shared.database import Database
from tests.fixtures.ask import one, rows
from tests.fixtures.make import STATIONS, World

NAMES = ("submission", "submission_change", "applicant", "round", "conflict")


@pytest.mark.parametrize("role", DatabaseRole)
async def test_a_temporary_table_does_not_shadow_a_real_one(url: str, role: DatabaseRole) -> None:
    async with Database(url, role) as limited, limited.driver() as driver:
        await driver.execute("CREATE TEMPORARY TABLE submission (mine integer)")

        assert await driver.fetchval("SELECT to_regclass('submission')::oid") == (
            await driver.fetchval("SELECT to_regclass('public.submission')::oid")
        )
        assert await driver.fetch("SELECT round, applicant FROM submission") == []


async def test_a_function_takes_no_temporary_table_for_a_real_one(
    world: World, owner: Database
) -> None:
    """Also where its caller looks up temporary tables first, as PostgreSQL does by default."""
    arguments = "1, '{C1}', '{m}', '{1}', '{source}', '{2026-06-01}', '{reported}', '{1}'"
    arguments += ", '{NULL}', '{NULL}', '{NULL}', '{r}'"
    async with owner.driver() as driver:
        await driver.execute("SET search_path = pg_temp, public")
        for name in NAMES:
            await driver.execute(f"CREATE TEMPORARY TABLE {name} (LIKE public.{name})")
        found = await driver.fetchval(f"SELECT result FROM record_submissions({arguments})")  # noqa: S608
        for name in NAMES:
            assert await driver.fetchval(f"SELECT count(*) FROM pg_temp.{name}") == 0  # noqa: S608
        await driver.execute("DISCARD ALL")

    assert found == "created"
    assert (await world.submit("source", "C1", STATIONS, 7)).status_code == 201
    assert await one(owner, "SELECT count(*) FROM public.submission") == 2


async def test_every_function_says_where_it_looks(owner: Database) -> None:
    """Unless it looked when it was made, as a function does whose body is no text."""
    found = await rows(
        owner,
        """SELECT proname, proconfig FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prosqlbody IS NULL""",
    )

    assert found
    assert all("search_path=public, pg_temp" in (config or []) for _, config in found)
