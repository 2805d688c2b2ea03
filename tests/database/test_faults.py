"""What goes wrong between us and PostgreSQL is told apart from what we do wrong."""

import asyncio
import io
import struct
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolExhausted

from shared.database import Database, Session, columns, out_of_reach
from shared.database.connections import Driver
from shared.database.database import driver_of
from shared.rankings import store as standings
from tests.fixtures.ask import execute, rows, until

Ask: TypeAlias = Callable[[Session], Awaitable[object]]

ROW = columns.row_type(n="int8")


def says(statement: str) -> Ask:
    """Give what executes a statement."""
    return lambda session: session.execute(text(statement))


async def error_of(database: Database, ask: Ask) -> Exception | None:
    """Ask something in a session and return what it raises."""
    try:
        async with database.session() as session:
            await ask(session)
    except Exception as error:  # noqa: BLE001 -- which one it is, is the question
        return error
    return None


async def test_an_answer_that_is_an_error_is_not_silence(worker_database: Database) -> None:
    """Asked again, the same would fail again."""
    for statement in (
        "SELECT 1 / 0",
        "SELEC",
        "SELECT FROM nowhere",
        "DELETE FROM run",
        "INSERT INTO round_failure (round) VALUES (1)",
        "SELECT pg_cancel_backend(pg_backend_pid())",
    ):
        error = await error_of(worker_database, says(statement))

        assert error is not None, statement
        assert not out_of_reach(error), statement


@pytest.mark.parametrize("reads", ["columns", "rows"])
@pytest.mark.parametrize("when", ["in a statement", "between statements"])
async def test_a_lost_connection_is_out_of_reach(
    reads: str, when: str, database: Database, owner: Database
) -> None:
    """Also where a statement goes past SQLAlchemy, straight to the driver."""

    async def lose_connection() -> None:
        async with database.session() as session:
            pid = (await session.scalars(text("SELECT pg_backend_pid()"))).one()
            if when == "in a statement":
                killing = asyncio.create_task(until(lambda: kill_once_asleep(owner, pid)))
            else:
                killing = asyncio.create_task(
                    execute(owner, f"SELECT pg_terminate_backend({pid}, 5000)")
                )
                await killing
            if reads == "columns":
                await columns.read(session, "SELECT 1::int8 FROM pg_sleep(60)", (), ROW)
            else:
                await session.execute(text("SELECT pg_sleep(60)"))
            await killing

    with pytest.raises(Exception, match="clos") as lost:
        await lose_connection()

    assert out_of_reach(lost.value)


async def test_a_server_that_goes_while_its_driver_is_lent_is_out_of_reach(
    database: Database, owner: Database
) -> None:
    async def lose() -> None:
        async with database.driver() as driver:
            await execute(owner, f"SELECT pg_terminate_backend({driver.get_server_pid()}, 5000)")
            await driver.execute("SELECT 1")

    with pytest.raises(ConnectionError) as lost:
        await lose()
    assert out_of_reach(lost.value)


async def hang_up(database: Database) -> None:
    """Let an idle connection hear the server's last word, and not yet that the line is cut."""
    async with database._sessions() as session:
        driver = await driver_of(session)
        await session.rollback()
        say_farewell(driver)


def say_farewell(driver: Driver) -> None:
    """Let the server's last word arrive."""
    fields = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0"
    driver._protocol.data_received(b"E" + struct.pack(">i", len(fields) + 4) + fields)


@pytest.mark.parametrize("ask", [says("SELECT 1"), driver_of])
async def test_a_server_that_takes_its_leave_is_out_of_reach(ask: Ask, database: Database) -> None:
    await hang_up(database)

    error = await error_of(database, ask)

    assert error is not None
    assert out_of_reach(error)


async def reads_columns(session: Session) -> None:
    await columns.read(session, "SELECT 1::int8", (), ROW)


async def writes_columns(session: Session) -> None:
    await columns.write(session, "incoming", {"n": np.array([1])}, ROW)


@pytest.mark.parametrize("goes_on", [says("SELECT 1"), reads_columns, writes_columns])
async def test_a_server_that_takes_its_leave_within_a_transaction_is_out_of_reach(
    goes_on: Ask, database: Database
) -> None:
    """The driver begins a COPY before it finds that it cannot, and takes no rollback after that."""

    async def ask(session: Session) -> None:
        await session.execute(text("CREATE TEMPORARY TABLE incoming (n int8) ON COMMIT DROP"))
        say_farewell(await driver_of(session))
        await goes_on(session)

    error = await error_of(database, ask)

    assert error is not None
    assert out_of_reach(error)
    assert await error_of(database, says("SELECT 1")) is None


async def test_a_server_that_takes_its_leave_while_its_driver_is_lent_is_out_of_reach(
    database: Database,
) -> None:
    async def part() -> None:
        async with database.driver() as driver:
            say_farewell(driver)
            await driver.copy_from_query("SELECT 1", output=io.BytesIO())

    with pytest.raises(ConnectionError):
        await part()
    assert await error_of(database, says("SELECT 1")) is None


async def test_a_glance_at_a_server_that_takes_its_leave_looks_again(database: Database) -> None:
    await hang_up(database)

    assert (await standings.glance(database, 1)).run == 0


async def kill_once_asleep(owner: Database, pid: int) -> bool:
    """End a session that sleeps; say whether it did."""
    killed = await rows(
        owner,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid = :pid AND wait_event = 'PgSleep'",
        pid=pid,
    )
    return killed == [(True,)]


@pytest.mark.parametrize(
    "url", ["postgresql://me@/name?host=/nowhere", "postgresql://me@127.0.0.1:1/name"]
)
async def test_a_server_that_is_not_there_is_out_of_reach(url: str) -> None:
    with pytest.raises(OSError, match=r"No such file|Connect call failed") as refused:
        await Database(url).open()

    assert out_of_reach(refused.value)


def test_a_pool_without_a_connection_to_spare_is_out_of_reach() -> None:
    """Those that it has all wait for a server that does not answer."""
    assert out_of_reach(PoolExhausted())
