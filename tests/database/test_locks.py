"""Advisory locks: one list, which the database's own function keeps to."""

import pytest
from sqlalchemy import text

from shared.applicants import store as applicants
from shared.database import Database
from shared.database.database import driver_of
from shared.database.locks import Lock, key
from shared.rounds import store as rounds
from shared.submissions import store as submissions
from tests.submissions.saying import said

HELD = text("""
    SELECT classid::bigint, objid::bigint, mode FROM pg_locks
    WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND objsubid = 2 ORDER BY 1
""")


async def test_the_function_of_the_database_has_the_round_to_itself(owner: Database) -> None:
    """Whatever number the function says, it is the lock that a change of state waits for."""
    beyond = 2**31 + 5  # no round of this id is needed: the lock comes first
    async with owner.session() as session:
        await submissions.record(await driver_of(session), beyond, [said()])
        by_the_function = (await session.execute(HELD)).all()
    async with owner.session() as session:
        await rounds.hold_alone(session, beyond)
        by_us = (await session.execute(HELD)).all()

    assert by_the_function == [(Lock.STATE, key(beyond), "ExclusiveLock")]
    assert by_us == by_the_function


async def test_features_do_not_wait_for_each_other(owner: Database) -> None:
    async with owner.session() as session:
        await rounds.hold_alone(session, 7)
        assert await rounds.try_hold_for_run(session, 7)
        await applicants.hold_changes(session)
        held = (await session.execute(HELD)).all()

    assert held == [
        (Lock.STATE, 7, "ExclusiveLock"),
        (Lock.RUN, 7, "ExclusiveLock"),
        (Lock.APPLICANT_CHANGES, 0, "ExclusiveLock"),
    ]


@pytest.mark.parametrize(("identity", "expected"), [(0, 0), (2**31 - 1, 2**31 - 1), (2**31, 0)])
def test_a_key_is_what_an_int4_holds(identity: int, expected: int) -> None:
    assert key(identity) == expected
