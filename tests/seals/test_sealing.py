"""Sealing: what is committed is in the log once, in order, whoever seals and however often."""

import asyncio
import json
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from pilotzone_verify import manifests, notes
from pilotzone_verify.canonical import canonical
from shared.database import Database
from shared.frameworks.service import Library
from shared.rounds import store as rounds
from shared.seals import proofs
from tests.fixtures.ask import rows
from tests.fixtures.make import ROUND, STATIONS, World, worker_over
from tests.seals.sealing import SIGNER, archived, checked, sealed, sealer
from worker.sealing import Sealer


async def entries(owner: Database) -> list[manifests.Entry]:
    """Return the log, whose entries hang together."""
    found = [
        manifests.read(row[0])
        for row in await rows(owner, "SELECT body FROM log_entry ORDER BY position")
    ]
    manifests.check_chain(found, lambda *_: "")
    return found


async def run(world: World, value: float) -> None:
    await world.submit("source", "C1", STATIONS, value)
    await worker_over(world.worker_database).sweep()


async def test_a_log_begins_with_its_round_and_seals_events_and_runs(
    world: World, owner: Database
) -> None:
    await run(world, 40)
    await sealed(world.worker_database)
    found = await entries(owner)
    assert [each.type for each in found] == ["begun", "events", "run"]
    assert found[0].said["origin"] == f"{SIGNER.name}/{ROUND}/1"
    assert found[2].said["reason"] == {"submissions": 1, "other_changes": 3}


async def test_what_is_sealed_is_not_sealed_again(world: World, owner: Database) -> None:
    await run(world, 40)
    await sealed(world.worker_database)
    before = await entries(owner)
    await sealed(world.worker_database)
    assert await entries(owner) == before


async def test_two_who_seal_at_once_make_one_log(world: World, owner: Database) -> None:
    for value in (1, 2, 3):
        await run(world, value)
    several = [sealer(world.worker_database) for _ in range(3)]
    await asyncio.gather(*(each.sweep() for each in several))
    await sealed(world.worker_database)
    assert [each.said.get("run") for each in await entries(owner)] == [None, None, 1, 2, 3]
    signed = await rows(owner, "SELECT size, count(*) FROM log_checkpoint GROUP BY size")
    assert all(count == 1 for _, count in signed)


async def test_a_ranking_is_the_same_whether_remembered_or_read_anew(
    world: World, owner: Database
) -> None:
    remembering = sealer(world.worker_database)
    for value in (40, 10, 99):
        await run(world, value)
        await remembering.sweep()
    remembered = await entries(owner)
    assert len(remembering.memories) == 1
    async with owner.session() as session:
        await session.execute(text("ALTER TABLE log_entry DISABLE TRIGGER ALL"))
        await session.execute(text("DELETE FROM log_entry WHERE run = 3"))
        await session.execute(text("ALTER TABLE log_entry ENABLE ALWAYS TRIGGER append_only"))
    await sealed(world.worker_database)
    anew = await entries(owner)
    assert [each.said.get("ranking") for each in anew] == [
        each.said.get("ranking") for each in remembered
    ]


async def test_who_leaves_the_cohort_leaves_the_ranking_that_is_sealed(
    world: World, owner: Database
) -> None:
    remembering = sealer(world.worker_database)
    await run(world, 40)
    await remembering.sweep()
    path = f"/rounds/{ROUND}/entries/C2"
    assert (await world.call("portal", "PUT", path, {"state": "withdrawn"})).status_code == 200
    await worker_over(world.worker_database).sweep()
    await remembering.sweep()
    found = [each.said["ranking"]["count"] for each in await entries(owner) if each.type == "run"]
    assert found == [3, 2]
    assert checked(await archived(owner, ROUND, 2))


async def test_checkpoints_are_signed_by_cadence_and_at_once_when_the_state_changes(
    world: World, owner: Database
) -> None:
    patient = await signed_once(world)
    await run(world, 41)
    await patient.sweep()
    assert await rows(owner, SIZES) == [(3,)]
    await world.transition("closed")
    await patient.sweep()
    assert await rows(owner, SIZES) == [(3,), (5,)]


async def test_a_clock_that_was_set_back_signs_once_each_tick(
    world: World, owner: Database
) -> None:
    patient = await signed_once(world)
    await later(owner, "log_entry", "sealed_at")
    await run(world, 41)
    await patient.sweep()
    assert await rows(owner, SIZES) == [(3,)]
    await later(owner, "log_checkpoint", "signed_at")
    await patient.sweep()
    assert await rows(owner, SIZES) == [(3,), (4,)]


SIZES = "SELECT size FROM log_checkpoint ORDER BY size"


async def signed_once(world: World) -> Sealer:
    """Return who signed a first run, and signs what follows after days."""
    patient = sealer(world.worker_database)
    patient.cadence = timedelta(days=20)
    await run(world, 40)
    await patient.sweep()
    return patient


async def later(owner: Database, table: str, column: str) -> None:
    """Make what was done done a hundred days later, as if the clock was set back since."""
    async with owner.session() as session:
        for statement in (
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"UPDATE {table} SET {column} = {column} + interval '100 days'",  # noqa: S608
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only",
        ):
            await session.execute(text(statement))


async def test_what_one_sealed_and_did_not_sign_before_it_died_another_signs(
    world: World, owner: Database
) -> None:
    await run(world, 40)
    silent = sealer(world.worker_database)
    silent.signers = []
    await silent.sweep()
    sizes = "SELECT size FROM log_checkpoint"
    assert await rows(owner, sizes) == []
    await sealer(world.worker_database).sweep()
    assert await rows(owner, sizes) == [(3,)]


async def test_an_event_that_is_committed_late_is_sealed_all_the_same(
    world: World, owner: Database
) -> None:
    insert = """
        INSERT INTO audit_event (round, actor, action, subject, detail, request_id)
        SELECT id, 'late', 'late', 'late', '{}', 'late' FROM round
    """
    async with owner.session() as session:
        await session.execute(text(insert))
        await run(world, 40)
        await world.transition("closed")
        await sealed(world.worker_database)
    await sealed(world.worker_database)
    found = [each.said["events"]["count"] for each in await entries(owner) if each.type == "events"]
    assert found[-1] == 1
    assert checked(await archived(owner, ROUND, 1))


async def test_requests_of_strangers_do_not_make_a_log_grow(world: World, owner: Database) -> None:
    await run(world, 40)
    await sealed(world.worker_database)
    before = len(await entries(owner))
    insert = """
        INSERT INTO audit_event (round, actor, action, subject, detail, request_id)
        SELECT id, '', action, 'x', '{}', 'x' FROM round
        CROSS JOIN (VALUES ('request.refused'), ('record.read')) AS given (action)
    """
    async with owner.session() as session:
        await session.execute(text(insert))
    await sealed(world.worker_database)

    assert len(await entries(owner)) == before


async def test_a_new_epoch_begins_a_log_that_says_from_what_it_goes_on(
    world: World, owner: Database
) -> None:
    await run(world, 40)
    await sealed(world.worker_database)
    async with owner.session() as session:
        await session.execute(text("INSERT INTO log_epoch (number, reason) VALUES (2, 'restored')"))
    await sealed(world.worker_database)
    found = checked(await archived(owner, ROUND, 1))
    (note,) = (await rows(owner, "SELECT note FROM log_checkpoint WHERE epoch = 1"))[0]
    before = notes.read_checkpoint(notes.read_note(note).text)
    assert found[1] == (
        "the log is epoch 2: it goes on from a database that was restored, from the checkpoint of"
        f" size {before.size} of log {before.origin} and root {note.splitlines()[2]}"
    )
    (body,) = (await rows(owner, "SELECT body FROM log_entry WHERE epoch = 2 AND position = 0"))[0]
    assert manifests.read(body).said["continues"] == {
        "origin": before.origin, "size": before.size, "root": before.root.hex(),
    }  # fmt: skip


async def test_what_postgresql_hashes_is_what_python_hashes(world: World, owner: Database) -> None:
    """Text with everything that JSON escapes, numbers with every digit, codes and withdrawals."""
    odd = 'quote " slash / back \\ tab \t line \n \u2028 汉字 \U0001f600 \x7f \x1f'
    await world.submit("source", "C1", STATIONS, 123456789012345, comment=odd, reference=odd)
    await world.submit("source", "C2", STATIONS, None, status="withdrawn")
    await world.submit("source", "C2", STATIONS, 7)
    await world.submit("source", "C2", STATIONS, None, status="withdrawn")
    await worker_over(world.worker_database).sweep()
    await sealed(world.worker_database)
    async with owner.session() as session:
        round_ = await rounds.facts(session, ROUND)
    pieces = [each async for each in proofs.archive(owner, Library(), round_, 1)]
    lines = b"".join(pieces).decode().split("\n")
    submissions = [each for each in lines if each.startswith('{"submission":')]
    assert len(submissions) >= 2
    for line in submissions:
        record = line.removeprefix('{"submission":').split(',"salt":')[0]
        assert canonical(_loaded(record)).decode() == record


def _loaded(text_: str) -> Any:
    return json.loads(text_)
