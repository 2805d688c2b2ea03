"""How a process reaches PostgreSQL, and what it makes of not reaching it."""

import uuid
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from structlog.testing import capture_logs

from api.app import ROLE
from shared.audit import store as audit
from shared.core.principal import Actor
from shared.database import Database, SchemaUnknown, out_of_reach
from shared.database.schema import REVISION, driver_url
from tests.fixtures.ask import execute, rows, until


@pytest.fixture
async def plain(url: str, owner: Database) -> AsyncIterator[str]:
    """Give the database's URL for a user who may not take any role."""
    name = f"plain_{uuid.uuid4().hex}"
    await execute(
        owner,
        f"CREATE ROLE {name} LOGIN PASSWORD '{name}'",
        f"GRANT SELECT ON alembic_version TO {name}",
    )
    yield make_url(url).set(username=name, password=name).render_as_string(hide_password=False)
    await execute(owner, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


async def whoami(url: str, role: str | None) -> tuple[str, str]:
    """Connect as the service does; return the role in force and the application's name."""
    async with Database(url, role) as database, database._sessions() as session:
        found = await session.execute(
            text("SELECT CURRENT_USER, current_setting('application_name')")
        )
        user, application = found.one()
    return user, application


async def test_the_role_is_taken_where_it_may_be(url: str) -> None:
    assert await whoami(url, ROLE) == (ROLE, ROLE)


async def test_a_user_who_is_no_member_keeps_its_own_rights(plain: str, owner: Database) -> None:
    """A deployment may give the grants to its own users instead."""
    name = make_url(plain).username

    before = await whoami(plain, ROLE)
    await execute(owner, f"GRANT {ROLE} TO {name}")
    after = await whoami(plain, ROLE)

    assert (before, after) == ((name, ROLE), (ROLE, ROLE))


async def test_a_role_that_nobody_created_is_not_taken(url: str) -> None:
    assert (await whoami(url, "nobody_created_it"))[0] == make_url(url).username


async def test_a_role_that_is_not_taken_is_warned_of_once(url: str, plain: str) -> None:
    """Whoever runs it believes that it can only insert."""
    with capture_logs() as logs:
        await whoami(url, ROLE)
        await whoami(plain, None)
    assert logs == []

    with capture_logs() as logs:
        await whoami(plain, ROLE)
    assert [(each["log_level"], each["role"]) for each in logs] == [("warning", ROLE)]


async def test_tables_are_mapped_before_the_first_request(url: str) -> None:
    """By the first statement it would be done in one piece, while everybody waits."""

    class Own(DeclarativeBase):
        pass

    class Row(Own):
        __tablename__ = "row"
        id: Mapped[int] = mapped_column(primary_key=True)

    async with Database(url):
        assert Row.__mapper__.configured
    Own.registry.dispose()


async def test_chinese_can_be_read_in_a_json_column(owner: Database) -> None:
    async with owner.session() as session:
        await audit.record(session, Actor("tests", "tests"), "tested", "it", {"reason": "截止"})

    assert await rows(owner, "SELECT detail::text FROM audit_event") == [('{"reason": "截止"}',)]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE alembic_version SET version_num = '0001'", "is at revision 0001"),
        ("DELETE FROM alembic_version", "was never migrated"),
        ("DROP TABLE alembic_version", "was never migrated"),
    ],
)
async def test_a_schema_that_is_not_migrated_so_far_is_refused_in_one_line(
    statement: str, found: str, url: str, owner: Database
) -> None:
    await execute(owner, statement)

    with pytest.raises(SchemaUnknown) as refusal:
        await Database(url, ROLE).open()

    assert str(refusal.value) == (
        f"the database {found}, this version needs {REVISION}: run `pilotzone migrate`"
    )


async def test_a_schema_of_another_version_is_not_sent_to_be_migrated(
    url: str, owner: Database
) -> None:
    """Migrating cannot help: this version has no step that leads away from there."""
    await execute(owner, "UPDATE alembic_version SET version_num = '0099'")

    with pytest.raises(SchemaUnknown, match="at revision 0099, which this version does") as no:
        await Database(url, ROLE).open()

    assert "migrate" not in str(no.value)


@pytest.mark.parametrize(
    "scheme", ["postgresql", "postgres", "postgresql+asyncpg", "postgresql+psycopg2"]
)
def test_every_usual_scheme_is_understood(scheme: str) -> None:
    url = driver_url(f"{scheme}://me:p%40ss@db.example:6543/name?ssl=require")

    assert url.render_as_string(hide_password=False) == (
        "postgresql+asyncpg://me:p%40ss@db.example:6543/name?ssl=require"
    )


async def test_a_server_without_a_connection_to_spare_is_out_of_reach(
    plain: str, owner: Database
) -> None:
    database = await Database(plain).open()
    await execute(owner, f"ALTER ROLE {make_url(plain).username} CONNECTION LIMIT 0")

    with pytest.raises(Exception, match="too many connections") as refused:
        async with database.session() as session:
            await session.execute(text("SELECT 1"))
    await database.close()

    assert out_of_reach(refused.value)


async def test_a_connection_that_died_while_idle_is_replaced_unnoticed(
    url: str, owner: Database
) -> None:
    """After PostgreSQL was restarted the first request must not pay for it."""
    database = await Database(url, pool=1).open()
    async with database.driver() as raw:
        pid = await raw.fetchval("SELECT pg_backend_pid()")
    await execute(owner, f"SELECT pg_terminate_backend({pid}, 5000)")

    async def noticed() -> bool:
        return bool(raw.is_closed())

    await until(noticed)
    async with database.driver() as again:
        assert await again.fetchval("SELECT 1") == 1
    await database.close()
