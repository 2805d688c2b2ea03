"""Operations: claimed by one worker at a time, and never half done."""

from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from shared.core.errors import NotFound
from shared.core.principal import Actor
from shared.database import Database, out_of_reach
from shared.database.locks import Lock
from shared.operations import store as operations
from tests.fixtures.ask import execute, one, rows

KINDS = ("sensitivity",)
ASKED = {"seed": 1, "draws": 10}
STATE = "SELECT state, attempts, progress, result IS NULL FROM operation ORDER BY id"
RESULT = '{"summary":{"run":1},"items":[{"rank":1},{"rank":2},{"rank":3}]}'
CUT_OFF = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'pilotzone_worker'
"""
HELD = f"""
    SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE datname = current_database() AND locktype = 'advisory'
        AND classid = {Lock.OPERATION:d}
"""  # noqa: S608


@pytest.fixture
async def operation(database: Database, round_id: int) -> int:
    """Give the id of an operation that waits."""
    return await asked(database, round_id)


async def asked(database: Database, round_id: int, kind: str = "sensitivity") -> int:
    """Ask for an operation, with the gateway's rights."""
    async with database.session() as session:
        return await operations.add(session, Actor("me", "r"), round_id, kind, ASKED)


async def cancelled(database: Database, round_id: int, operation: int) -> bool:
    async with database.session() as session:
        return await operations.cancel(session, round_id, operation)


async def test_what_waits_has_no_result_in_the_databases_own_words(
    owner: Database, operation: int
) -> None:
    """A JSON null would be a result."""
    assert operation == 1
    assert await rows(owner, STATE) == [("waiting", 0, 0, True)]


async def test_a_claimed_operation_runs_and_shows_how_far_it_is(
    worker_database: Database, database: Database, owner: Database, round_id: int, operation: int
) -> None:
    async with operations.claim(worker_database, KINDS) as claim:
        assert claim is not None
        assert (claim.operation.id, claim.operation.parameters) == (operation, ASKED)
        assert await claim.note(0.5)
        assert await rows(owner, STATE) == [("running", 1, 0.5, True)]
        assert await claim.finish(RESULT)

    async with database.session() as session:
        assert await operations.summary(session, round_id, operation) == {"run": 1}
        assert await operations.items(session, round_id, operation, 1, 5) == [
            (2, {"rank": 2}),
            (3, {"rank": 3}),
        ]
    assert await rows(owner, STATE) == [("done", 1, 1, False)]
    assert await one(owner, HELD) == 0


async def test_each_worker_claims_the_oldest_that_nobody_has(
    worker_database: Database, database: Database, round_id: int, operation: int
) -> None:
    other = await asked(database, round_id)

    async with (
        operations.claim(worker_database, KINDS) as first,
        operations.claim(worker_database, KINDS) as second,
        operations.claim(worker_database, KINDS) as third,
    ):
        assert first is not None
        assert second is not None
        assert [first.operation.id, second.operation.id] == [operation, other]
        assert third is None


async def test_only_what_is_of_the_kinds_asked_for_is_claimed(
    worker_database: Database, database: Database, owner: Database, round_id: int, operation: int
) -> None:
    """Nothing of another kind is touched, nor does what is behind it wait."""
    newer = await asked(database, round_id, "newer")
    async with operations.claim(worker_database, ()) as nothing:
        assert nothing is None

    async with operations.claim(worker_database, ("newer", "newest")) as claim:
        assert claim is not None
        assert claim.operation.id == newer
        assert await one(owner, HELD) == 1
    assert await rows(owner, STATE) == [("waiting", 0, 0, True), ("running", 1, 0, True)]

    async with operations.claim(worker_database, KINDS) as claim:
        assert claim is not None
        assert claim.operation.id == operation


async def test_a_claim_goes_with_its_connection(
    worker_database: Database, owner: Database, operation: int
) -> None:
    """Whoever lost it can't write over it, and another has it at once: for one more attempt."""

    async def write_when_cut_off() -> None:
        async with operations.claim(worker_database, KINDS) as claim:
            assert claim is not None
            await execute(owner, CUT_OFF)
            await claim.finish(RESULT)

    with pytest.raises(asyncpg.InterfaceError) as lost:
        await write_when_cut_off()

    assert out_of_reach(lost.value)
    assert await rows(owner, STATE) == [("running", 1, 0, True)]
    async with operations.claim(worker_database, KINDS) as claim:
        assert claim is not None
        assert (claim.operation.id, claim.operation.attempts) == (operation, 2)


async def test_an_error_gives_the_claim_up(
    worker_database: Database, owner: Database, operation: int
) -> None:
    async def err() -> None:
        async with operations.claim(worker_database, KINDS):
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await err()

    async with operations.claim(worker_database, KINDS) as claim:
        assert claim is not None
        assert claim.operation.id == operation
    assert await one(owner, HELD) == 0


@pytest.mark.parametrize(
    ("end", "argument"),
    [("note", [0.5]), ("finish", [RESULT]), ("fail", ["fault"]), ("give_back", [])],
)
async def test_what_was_cancelled_stays_so(
    worker_database: Database,
    database: Database,
    owner: Database,
    round_id: int,
    operation: int,
    end: str,
    argument: list[Any],
) -> None:
    """Whatever the worker says of it afterwards; and it learns that."""
    async with operations.claim(worker_database, KINDS) as claim:
        assert await cancelled(database, round_id, operation)
        assert not await getattr(claim, end)(*argument)

    assert await rows(owner, STATE) == [("cancelled", 1, 0, True)]
    async with operations.claim(worker_database, KINDS) as again:
        assert again is None


async def test_what_is_given_back_counts_as_not_begun(
    worker_database: Database, owner: Database, operation: int
) -> None:
    async with operations.claim(worker_database, KINDS) as claim:
        assert claim is not None
        await claim.note(0.5)
        assert await claim.give_back()

    assert operation == 1
    assert await rows(owner, STATE) == [("waiting", 0, 0, True)]
    assert await one(owner, "SELECT started_at FROM operation") is None


async def test_what_ended_is_not_cancelled(
    worker_database: Database, database: Database, owner: Database, round_id: int, operation: int
) -> None:
    async with operations.claim(worker_database, KINDS) as claim:
        assert claim is not None
        await claim.fail("fault")

    assert not await cancelled(database, round_id, operation)
    assert await rows(owner, STATE) == [("failed", 1, 0, True)]


async def test_only_what_waits_or_runs_is_unfinished(
    database: Database, round_id: int, operation: int
) -> None:
    await asked(database, round_id)
    await cancelled(database, round_id, operation)

    async with database.session() as session:
        assert await operations.unfinished(session, round_id) == 1
        assert await operations.unfinished(session, round_id + 1) == 0


async def test_an_operation_of_another_round_is_unknown(
    database: Database, round_id: int, operation: int
) -> None:
    async with database.session() as session:
        assert await operations.summary(session, round_id + 1, operation) is None
        assert await operations.items(session, round_id + 1, operation, 0, 5) == []
        with pytest.raises(NotFound):
            await operations.get(session, round_id + 1, operation)


async def test_open_operations_are_found_without_reading_those_that_ended(
    worker_database: Database, owner: Database, operation: int
) -> None:
    """There may be many by then, each with its result."""
    assert operation == 1
    async with worker_database.session() as session:
        plan = "\n".join(
            (
                await session.scalars(
                    text(
                        "EXPLAIN SELECT id FROM operation WHERE round = 1"
                        " AND state IN ('waiting', 'running')"
                    )
                )
            ).all()
        )
    assert "operation_round_id_idx" in plan
    assert await one(owner, "SELECT count(*) FROM operation") == 1
