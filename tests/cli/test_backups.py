"""`pilotzone backup` and `pilotzone restore`, on real servers."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import make_url, text

from cli.backups import checking
from shared.core.principal import Actor
from shared.database import Database
from shared.database.migration import configuration, migrate
from shared.database.transfer import look
from shared.embedded.cluster import programs
from shared.sessions import service as sessions
from tests.cli.test_command_line import pilotzone
from tests.conftest import _administer, _named
from tests.fixtures.ask import rows, unguarded
from tests.fixtures.make import ROUND, STATIONS, World, worker_over
from tests.seals.sealing import KEYS, SIGNER, archived, checked, sealed

PATH = f"{programs()}{os.pathsep}{os.environ['PATH']}"
TABLES = ("submission", "run", "score_version", "log_entry", "log_checkpoint", "api_key")


@pytest.fixture
async def empty(server: str, url: str) -> AsyncIterator[str]:
    """Give the URL of a database in which there is nothing."""
    name = f"{make_url(url).database}_restored"
    await _administer(server, f"CREATE DATABASE {name}")
    yield _named(server, name)
    await _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def called(*arguments: str, url: str, path: str = PATH) -> tuple[int, str, str]:
    """Call a command on the database of *url*; return status, answer and complaint."""
    answer = pilotzone(*arguments, PILOTZONE_DATABASE_URL=url, PATH=path)
    return answer.returncode, answer.stdout, answer.stderr


async def played(world: World) -> None:
    """Have two runs sealed and signed."""
    for value in (40, 30):
        await world.submit("source", "C1", STATIONS, value)
        await worker_over(world.worker_database).sweep()
        await sealed(world.worker_database)


async def signed_in(world: World, url: str) -> None:
    """Have a portal signed in, and a link that would let it in again."""
    key, hour = world.headers["portal"]["Authorization"][7:], timedelta(hours=1)
    async with Database(url) as owner, owner.session() as session:
        begun = await sessions.begin(session, "r", key, hour)
        assert begun is not None
        await sessions.link(session, Actor("tests", "tests"), begun.principal.key, hour)


def modes(folder: Path) -> dict[str, int]:
    """Return who may do what with each file in *folder*."""
    return {each.name: each.stat().st_mode & 0o777 for each in folder.iterdir()}


async def held(url: str) -> dict[str, object]:
    """Return how many rows each of some tables has, and what the gateway may do there."""
    async with Database(url) as owner:
        counts = {each: await rows(owner, f"SELECT count(*) FROM {each}") for each in TABLES}  # noqa: S608
        may = "SELECT relname, relacl::text FROM pg_class WHERE relname = ANY (:names) ORDER BY 1"
        async with owner.session() as session:
            rights = (await session.execute(text(may), {"names": list(TABLES)})).all()
        return {**counts, "rights": [tuple(each) for each in rights]}


async def test_a_backup_is_restored_elsewhere_checked_and_begins_an_epoch(
    world: World, url: str, empty: str, tmp_path: Path
) -> None:
    await played(world)
    await signed_in(world, url)
    file = tmp_path / "a backup"
    assert called("backup", str(file), url=url)[::2] == (0, "")
    assert modes(tmp_path) == {file.name: 0o600}

    status, said, complaint = called("restore", str(file), url=empty)

    assert (status, complaint) == (0, "")
    assert said.splitlines() == [
        f"round {ROUND}: log {SIGNER.name}/{ROUND}/1: 4 entries hang together, 4 of them signed",
        f"round {ROUND}: run 2: 3 scores of 15 lines computed again, all the same",
        f"round {ROUND}: proven",
        "restored: epoch 2 begins, checked by the keys that the backup names (yours: --key FILE)",
    ]
    assert await held(empty) == await held(url)
    async with Database(empty) as restored:
        open_ = "SELECT ended_at IS NULL, used_at IS NULL FROM browser_session, entry_link"
        assert await rows(restored, open_) == [(False, False)]


async def test_nothing_is_lost_unasked_nor_by_a_backup_that_was_cut_off(
    world: World, url: str, empty: str, tmp_path: Path
) -> None:
    """The beginning of a cut one is whole, so that it is found out when much of it is loaded."""
    await played(world)
    file = tmp_path / "backup"
    called("backup", str(file), url=url)
    whole = file.read_bytes()

    again = called("backup", str(file), url=url)
    served = called("restore", str(file), "--replace", url=url)
    called("restore", str(file), url=empty)
    unasked = called("restore", str(file), url=empty)
    before = await held(empty)
    file.write_bytes(whole[:-1000])
    cut = called("restore", str(file), "--replace", url=empty)
    after = await held(empty)
    file.write_bytes(whole)
    asked = called("restore", str(file), "--replace", "--after-epoch=7", url=empty)

    assert again[2] == f"error: {file} is there already: name another file, or move it away\n"
    assert served[2].startswith(
        "error: pilotzone_gateway and pilotzone_worker use the database: stop gateways and workers"
    )
    assert unasked[2] == ("error: the database is not empty: say --replace to lose what is in it\n")
    assert cut[2].startswith("error: pg_restore failed: pg_restore: error: could not read")
    assert cut[2].endswith("; the database is as it was\n")
    assert [each[0] for each in (again, served, unasked, cut)] == [1, 1, 1, 1]
    assert after == before
    assert "restored: epoch 8 begins" in asked[1]


async def test_what_is_not_of_this_service_is_never_replaced_and_what_is_only_if_asked(
    empty: str, tmp_path: Path
) -> None:
    await _administer(empty, "CREATE TABLE theirs ()")
    foreign = called("restore", str(tmp_path), "--replace", url=empty)
    await _administer(empty, "DROP TABLE theirs")
    await asyncio.to_thread(migrate, empty)
    migrated = await look(empty)
    add = "INSERT INTO applicant (code, kind, name_zh, name_en) VALUES ('1', 'park', 'a', 'a')"
    await _administer(empty, add)
    registered = await look(empty)

    assert foreign[2] == (
        "error: what is in the database is not of this service, and stays: name an empty database\n"
    )
    assert (migrated.filled, registered.filled, registered.migrated) == (False, True, True)


async def test_a_backup_from_before_there_were_epochs_begins_none_that_was_published(
    empty: str, tmp_path: Path
) -> None:
    file = str(tmp_path / "backup")
    await asyncio.to_thread(command.upgrade, configuration(empty), "0019")
    called("backup", file, url=empty)

    status, said, _ = called("restore", file, "--after-epoch=7", url=empty)

    assert (status, said.partition(",")[0]) == (0, "restored: epoch 8 begins")


async def test_a_record_that_cannot_be_read_is_said_to_be_disproved_and_an_empty_one_unchecked(
    world: World, owner: Database
) -> None:
    unchecked = await checking.findings(owner)
    await played(world)
    await unguarded(owner, "INSERT INTO log_key (key) VALUES ('malformed')")
    by_malformed = await checking.findings(owner)
    takes = "ALTER TABLE log_secret DISABLE TRIGGER ALL"
    await unguarded(owner, takes, "DELETE FROM log_secret")
    without_secret = await checking.findings(owner, KEYS)

    assert unchecked == (
        [
            f"round {ROUND}: no run of it was sealed, so there is nothing to check",
            f"round {ROUND}: unchecked",
        ],
        True,
    )
    unread = ([f"round {ROUND}: cannot be read", f"round {ROUND}: disproved"], False)
    assert by_malformed == without_secret == unread


def test_a_file_of_keys_that_has_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("# none\n")
    refused = called("restore", "--loaded", f"--key={tmp_path / 'keys'}", url="postgresql://no/no")
    assert refused[2] == f"error: {tmp_path / 'keys'}: there is no key in it\n"


async def test_a_record_that_was_altered_is_restored_and_said_to_be(
    world: World, url: str, owner: Database, empty: str, tmp_path: Path
) -> None:
    await played(world)
    await unguarded(owner, "UPDATE submission SET number = 400 WHERE number = 40")
    called("backup", str(tmp_path / "backup"), url=url)

    status, said, complaint = called("restore", str(tmp_path / "backup"), url=empty)

    assert status == 1
    assert "the inputs of run 1 are not those that were sealed" in said
    assert complaint.startswith("error: the backup is restored, but its record does not hold")


async def test_an_unsigned_end_is_said_and_a_log_that_nobody_signed_holds_without_keys_alone(
    world: World, owner: Database
) -> None:
    await played(world)
    await unguarded(owner, "DELETE FROM log_checkpoint WHERE size = 4")
    said, holds = await checking.findings(owner, KEYS)
    assert holds
    assert f"round {ROUND}: the last signature is of run 1 of 2: " in "\n".join(said)

    await unguarded(owner, "DELETE FROM log_checkpoint")
    said, holds = await checking.findings(owner, KEYS)
    assert not holds
    assert said[0].startswith(f"round {ROUND}: nobody vouches for it")

    await unguarded(owner, "ALTER TABLE log_key DISABLE TRIGGER ALL", "DELETE FROM log_key")
    said, holds = await checking.findings(owner)
    assert (said[-1], holds) == (f"round {ROUND}: unsigned", True)


async def test_what_another_program_loaded_is_checked_and_begins_an_epoch_too(
    world: World, url: str, tmp_path: Path, worker_database: Database, database: Database
) -> None:
    """And its log goes on from the checkpoint of the epoch before."""
    await played(world)
    (tmp_path / "keys").write_text(f"# ours\n{SIGNER.verifier}\n")
    for each in (worker_database, database):
        await each.close()

    status, said, _ = called("restore", "--loaded", f"--key={tmp_path / 'keys'}", url=url)

    assert status == 0
    assert said.endswith("restored: epoch 2 begins, checked by the keys that you named\n")
    async with Database(url) as owner:
        await sealed(owner)
        found = checked(await archived(owner, ROUND, 2))
    assert found[1].startswith("the log is epoch 2: it goes on from a database that was restored")
    assert f"the checkpoint of size 4 of log {SIGNER.name}/{ROUND}/1 and root " in found[1]


@pytest.mark.parametrize(
    ("programs", "said"),
    [
        (None, "pg_dump is not there: install the client programs of PostgreSQL"),
        ("pg_dump (PostgreSQL) 9.6.24", "pg_dump is older than the server: install"),
    ],
)
def test_programs_that_are_not_there_or_too_old_are_said(
    programs: str | None, said: str, url: str, tmp_path: Path
) -> None:
    if programs is not None:
        (tmp_path / "pg_dump").write_text(f"#!/bin/sh\necho '{programs}'\n")
        (tmp_path / "pg_dump").chmod(0o755)

    status, answer, complaint = called("backup", "backup", url=url, path=str(tmp_path))

    assert (status, answer) == (1, "")
    assert said in complaint
    assert complaint.count("\n") == 1


async def test_what_is_no_backup_is_refused_before_anything_is_lost(
    empty: str, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    assert (
        called("restore", str(file), url=empty)[2] == f"error: {file}: No such file or directory\n"
    )
    file.write_text("no backup")
    assert called("restore", str(file), url=empty)[2].startswith("error: pg_restore failed: ")
