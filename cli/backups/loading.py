"""Loading a backup: one transaction takes away what was there, loads, and begins a new epoch.

So whatever dies meanwhile, the database is as it was, and nobody finds the old epoch open, or a
session that ended after the backup.
"""

import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from cli.backups.programs import Programs, words
from cli.errors import CommandError
from migrations import grants
from shared.core.database_role import DatabaseRole
from shared.database.schema import REVISIONS
from shared.database.transfer import EMPTY
from shared.seals import epoch_store
from shared.sessions.store import END_ALL

BEFORE = "".join(
    [
        "BEGIN;\nSET LOCAL lock_timeout = '5s';\n",
        *(f"{grants.creation(role)};\n" for role in DatabaseRole),
        EMPTY,
    ]
)
TIMEOUT, KNOWN_SINCE = b"SET transaction_timeout = 0;\n", 17
"""What pg_restore writes whatever the server, and the first version of a server that takes it."""
REVISION = re.compile(rb"^COPY public\.alembic_version .*\n(\w+)$", re.MULTILINE)
QUIET = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null")


def require_backup(programs: Programs, file: Path) -> None:
    """Refuse what is no backup, or that of a release that we do not know. Raises: CommandError."""
    with file.open("rb"):
        pass  # says why it cannot be read, in fewer words than pg_restore
    only = ("--data-only", "--table=alembic_version", "--file=-")
    found = REVISION.search(programs.run("pg_restore", *only, str(file)))
    if found is None:
        raise CommandError(f"{file} is no backup of this service")
    revision = found[1].decode()
    if revision not in REVISIONS:
        raise CommandError(
            f"{file} is at revision {revision}, which this version does not know: restore it with"
            " the version that made it, or a newer one"
        )


def load(programs: Programs, file: Path, after: int) -> None:
    """Put what *file* holds in the place of all there is, in an epoch later than *after*.

    Raises: CommandError.
    """
    behind = f"{END_ALL}{epoch_store.beginning(after)}COMMIT;\n"
    with TemporaryFile() as reading, TemporaryFile() as writing:
        reader = programs.start(
            "pg_restore",
            "--no-owner",
            "--file=-",
            str(file),
            stdout=subprocess.PIPE,
            stderr=reading,
        )
        writer = programs.start("psql", *QUIET, stdin=subprocess.PIPE, stderr=writing)
        try:
            whole = _pass_on(reader, writer, behind, programs.server)
        finally:
            for each in (reader, writer):
                each.kill()
                each.communicate()
        if not whole:
            raise CommandError(f"{_blame(writing, reading)}; the database is as it was")


def _pass_on(
    reader: subprocess.Popen[bytes], writer: subprocess.Popen[bytes], behind: str, server: int
) -> bool:
    """Have what is read written, and what stands *behind* it if all was read; say whether."""
    assert reader.stdout is not None  # noqa: S101 -- both are pipes
    assert writer.stdin is not None  # noqa: S101
    with suppress(BrokenPipeError):  # then the writer says why
        writer.stdin.write(BEFORE.encode())
        copy(reader.stdout, writer.stdin, server)
        if reader.wait() == 0:
            writer.stdin.write(behind.encode())
    with suppress(BrokenPipeError):
        writer.stdin.close()
    return writer.wait() == 0 and reader.poll() == 0


def copy(reading: IO[bytes], writing: IO[bytes], server: int) -> None:
    """Copy SQL that pg_restore writes, without the setting that an older *server* refuses."""
    if server < KNOWN_SINCE:
        for line in reading:
            if line != TIMEOUT:
                writing.write(line)
            if line.startswith(b"COPY "):  # behind it there may be a row that reads the same
                break
    shutil.copyfileobj(reading, writing)


def _blame(writing: IO[bytes], reading: IO[bytes]) -> str:
    for program, said in (("psql", writing), ("pg_restore", reading)):
        said.seek(0)
        if complaint := b"\n".join(line for line in said if b"ERROR" in line or b"error" in line):
            return words(program, complaint)
    return "the backup was not loaded"
