"""Attacks on the record, by who owns the database and has taken the guards away.

Each is found from an archive, by the verifier alone; `docs/audit.md` says what is not.
"""

from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pilotzone_verify import notes
from pilotzone_verify.notes import Checkpoint
from pilotzone_verify.outcome import Disproved
from shared.database import Database
from tests.fixtures.ask import GUARDED, unguarded
from tests.fixtures.make import ROUND, STATIONS, World, worker_over
from tests.seals.sealing import archived, checked, sealed

REPORTED = (("C1", 40, 10), ("C2", 30, 10), ("C2", 29, "09"), ("C2", 35, 11))


async def said(world: World) -> None:
    """Report three counts, of which the last is corrected, in two runs; seal them.

    Between the runs the second comes once more, as of a moment before: that one is set aside.
    """
    for number, (applicant, value, hour) in enumerate(REPORTED):
        moment = f"2026-06-02T{hour}:00:00Z"
        await world.submit("source", applicant, STATIONS, value, reported_at=moment)
        if number:
            await worker_over(world.worker_database).sweep()
            await sealed(world.worker_database)


async def kept(owner: Database) -> Checkpoint:
    """Return the newest checkpoint, as an auditor has kept it."""
    async with owner.session() as session:
        note = (
            await session.scalars(text("SELECT note FROM log_checkpoint ORDER BY size DESC"))
        ).first()
    assert note is not None
    return notes.read_checkpoint(notes.read_note(note).text)


ATTACKS: dict[str, tuple[Sequence[str], str]] = {
    "a value changed": (
        ["UPDATE submission SET number = 400 WHERE applicant = 'C1'"],
        "inputs of run 1 are not those",
    ),
    "whose value it is": (
        ["UPDATE reporter SET name = 'somebody else' WHERE name = 'source'"],
        "inputs of run 1 are not those",
    ),
    "a submission deleted": (
        ["DELETE FROM submission WHERE number = 30"],
        "run 1 sealed 2 inputs, the archive has 1",
    ),
    "a submission inserted": (
        [
            """INSERT INTO submission (round, applicant, measure, reporter, kind, as_of, revision,
                status, number, request_id)
            SELECT round, applicant, measure, reporter, kind, as_of, 9, status, 99, request_id
            FROM submission WHERE number = 40""",
            """UPDATE run_input SET submissions = submissions
                || (SELECT id FROM submission WHERE number = 99)
            WHERE applicant = 'C1'""",
        ],
        "run 1 sealed 2 inputs, the archive has 3",
    ),
    "two submissions swapped": (
        [
            "UPDATE submission SET applicant = 'C9' WHERE applicant = 'C1'",
            "UPDATE submission SET applicant = 'C1' WHERE number = 30",
            "UPDATE submission SET applicant = 'C2' WHERE applicant = 'C9'",
        ],
        "inputs of run 1 are not those",
    ),
    "what was set aside changed": (
        ["UPDATE submission_aside SET number = 38"],
        "submissions of entry 3 are not those",
    ),
    "why it was set aside": (
        ["UPDATE submission_aside SET set_aside = 'above-plausible'"],
        "submissions of entry 3 are not those",
    ),
    "what was set aside deleted": (
        ["DELETE FROM submission_aside"],
        "entry 3 sealed 1 submissions, the archive has 0",
    ),
    "a score changed": (
        ["UPDATE score_version SET total = total + 1 WHERE applicant = 'C1'"],
        "ranking of run 2 are not those",
    ),
    "a line changed": (
        ["UPDATE score_version SET units[1] = units[1] + 1 WHERE applicant = 'C1'"],
        "ranking of run 2 are not those",
    ),
    "parameters changed": (
        ["UPDATE run_parameters SET parameters = '{}' WHERE run = 1"],
        "parameters of run 1 are not those",
    ),
    "an audit event rewritten": (
        ["UPDATE audit_event SET actor = 'nobody' WHERE action = 'round.transition'"],
        "events of entry 1 are not those",
    ),
    "an audit event deleted": (
        ["DELETE FROM audit_event WHERE action = 'round.transition'"],
        r"entry 1 sealed \d+ events",
    ),
    "the framework exchanged": (
        [
            """UPDATE framework
            SET document = jsonb_set(document::jsonb, '{name,en}', '"x"')::json""",
        ],
        "framework is not the one",
    ),
    "an entry deleted": (
        ["DELETE FROM log_entry WHERE position = 1"],
        "where entry 1 should stand is entry 2",
    ),
    "runs reordered": (
        [
            """UPDATE log_entry SET body = replace(body, '"run"' || chr(58) || run,
                '"run"' || chr(58) || 3 - run) WHERE run IS NOT NULL""",
        ],
        "run 2 follows run 0",
    ),
    "the reference date moved": (
        ["UPDATE round SET reference_date = reference_date + 1"],
        "reference_date .* is .*, but entry 0 of the log",
    ),
}


ALTERED = (*GUARDED, "framework", "reporter", "round")
SAVE = [f"CREATE TABLE saved_{each} AS TABLE {each}" for each in ALTERED]
UNDO = [
    "SET LOCAL session_replication_role = replica",  # keeps foreign keys from minding
    *(f"DELETE FROM {each}" for each in ALTERED),  # noqa: S608
    *(f"INSERT INTO {each} SELECT * FROM saved_{each}" for each in ALTERED),  # noqa: S608
]


async def test_what_an_owner_alters_is_found_and_named(world: World, owner: Database) -> None:
    """All in one round, which is put back as it was after each."""
    await said(world)
    await unguarded(owner, *SAVE)
    for what, (statements, found) in ATTACKS.items():
        assert checked(await archived(owner, ROUND, 2)), f"before {what}"
        await unguarded(owner, *statements)
        with pytest.raises(Disproved, match=found):
            checked(await archived(owner, ROUND, 2))
        await unguarded(owner, *UNDO)


async def test_a_tail_that_is_cut_is_found_by_a_checkpoint_that_was_kept(
    world: World, owner: Database
) -> None:
    await said(world)
    before = await kept(owner)
    await unguarded(
        owner,
        "DELETE FROM log_entry WHERE run = 2",
        "DELETE FROM log_checkpoint WHERE size > (SELECT max(position) FROM log_entry) + 1",
        "DELETE FROM run WHERE number = 2",
        "DELETE FROM score_version WHERE run = 2",
    )
    with pytest.raises(Disproved, match="the log was cut"):
        checked(await archived(owner, ROUND, 1), before)


REWRITTEN = (
    "DELETE FROM log_checkpoint",
    "DELETE FROM log_entry",
    "DELETE FROM log_event",
    "UPDATE submission SET number = 41 WHERE number = 40",
    "UPDATE score_version SET values[1] = 41 WHERE values[1] = 40",
)


async def test_a_history_rewritten_whole_and_signed_anew_is_found_by_what_was_kept(
    world: World, owner: Database
) -> None:
    """Who has the key can sign another history; it is not the one of which somebody has a note."""
    await said(world)
    before = await kept(owner)
    await unguarded(owner, *REWRITTEN)
    await sealed(world.worker_database)
    assert await kept(owner) != before
    with pytest.raises(Disproved, match="are not those of the checkpoint"):
        checked(await archived(owner, ROUND, 2), before)


async def test_guards_stand_against_the_owner_and_in_replication(owner: Database) -> None:
    for table in GUARDED:
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}"):  # noqa: S608
            with pytest.raises(DBAPIError, match="is only appended to") as refused:
                await _as_a_replica(owner, statement)
            assert getattr(refused.value.orig, "sqlstate", None) == "42501"


async def _as_a_replica(owner: Database, statement: str) -> None:
    async with owner.session() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text(statement))


async def test_entries_go_on_in_time_when_the_clock_is_set_back(
    world: World, owner: Database
) -> None:
    await said(world)
    await unguarded(owner, "UPDATE log_entry SET sealed_at = sealed_at + interval '1 day'")
    await world.submit("source", "C1", STATIONS, 44)
    await worker_over(world.worker_database).sweep()
    await sealed(world.worker_database)
    async with owner.session() as session:
        moments = (
            await session.scalars(text("SELECT sealed_at FROM log_entry ORDER BY position"))
        ).all()
    assert list(moments) == sorted(moments)
