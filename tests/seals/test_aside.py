"""What was set aside is sealed beside what counts, a bounded number at a time."""

import json

import pytest
from msgspec.structs import replace

from pilotzone_verify.canonical import canonical
from shared.database import Database, SchemaUnknown
from shared.rounds import store as rounds
from shared.seals import aside_store, proof_store
from tests.fixtures.ask import execute, one, rows, unguarded
from tests.fixtures.make import ROUND, World, worker_over
from tests.seals.sealing import archived, checked, sealed, sealer
from tests.submissions.saying import record, said

SEALED = """
    SELECT body::json ->> 'last', body::json -> 'submissions' ->> 'count'
    FROM log_entry WHERE type = 'aside' ORDER BY position
"""


async def held(owner: Database, *numbers: float) -> None:
    """Report implausible numbers, one after another; no run takes them in."""
    round_id = await one(owner, "SELECT id FROM round")
    for each in numbers:
        odd = 'quote " line \n 汉字 \U0001f600'
        await record(owner, round_id, replace(said(each), doubt="above-plausible", comment=odd))


async def test_it_is_sealed_once_in_the_order_of_ids_so_many_at_a_time(
    world: World, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aside_store, "AT_ONCE", 2)
    monkeypatch.setattr(aside_store, "PAGE", 2)
    await held(owner, 1e9, 2e9, 3e9)
    await record(owner, await one(owner, "SELECT id FROM round"), said(7))
    await worker_over(world.worker_database).sweep()
    assert await sealer(world.worker_database).sweep(), "more are left"
    await sealed(world.worker_database)
    await held(owner, 4e9)
    for _ in range(2):
        await sealed(world.worker_database)

    numbers = [row[0] for row in await rows(owner, "SELECT id FROM submission_aside ORDER BY id")]
    assert await rows(owner, SEALED) == [
        (str(numbers[1]), "2"), (str(numbers[2]), "1"), (str(numbers[3]), "1"),
    ]  # fmt: skip
    lines = await archived(owner, ROUND, 1)
    assert checked(lines)
    shown = [each.decode() for each in lines if each.startswith(b'{"aside":')]
    assert [json.loads(each)["aside"]["id"] for each in shown] == numbers
    for each in shown:
        written = each.removeprefix('{"aside":').split(',"salt":')[0]
        assert canonical(json.loads(written)).decode() == written


async def test_on_the_schema_before_all_else_is_sealed_and_no_receipt_promises_it(
    world: World, owner: Database
) -> None:
    await execute(owner, "ALTER INDEX log_entry_aside RENAME TO of_before")
    await unguarded(owner, "REVOKE SELECT ON submission_aside FROM pilotzone_worker")
    await held(owner, 1e9)
    await worker_over(world.worker_database).sweep()
    await sealed(world.worker_database)

    types = "SELECT type FROM log_entry ORDER BY position"
    assert [row[0] for row in await rows(owner, types)] == ["begun", "events", "run"]
    assert checked(await archived(owner, ROUND, 1))
    number = await one(owner, "SELECT id FROM submission_aside")
    async with owner.session() as session:
        round_ = await rounds.facts(session, ROUND)
        with pytest.raises(SchemaUnknown, match="step 0025"):
            await proof_store.said(session, round_.id, number, b"")
