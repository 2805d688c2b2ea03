"""What backups are made and loaded with: PostgreSQL's programs, led to one database, and files."""

from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import pytest

from cli.backups.dumping import dump
from cli.backups.loading import TIMEOUT, copy
from cli.backups.programs import Programs, find
from cli.errors import CommandError
from shared.database import UrlUnusable
from shared.database.transfer import variables
from shared.settings import Settings


def test_a_setting_that_an_older_server_refuses_is_left_out_but_not_from_rows() -> None:
    said = b"SET lock_timeout = 0;\n%bCOPY a (b) FROM stdin;\nSET transaction_timeout = 0;\n"
    whole, written = said % TIMEOUT, {16: BytesIO(), 17: BytesIO()}

    for server, writing in written.items():
        copy(BytesIO(whole), writing, server)

    assert [each.getvalue() for each in written.values()] == [said % b"", whole]


def test_a_file_that_appeared_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    """It is there when the program that makes the backup ends."""
    file, program = tmp_path / "backup", tmp_path / "pg_dump"
    program.write_text(f"#!/bin/sh\necho theirs > {file}\n")
    program.chmod(0o755)

    with pytest.raises(CommandError, match="is there already"):
        dump(Programs({"pg_dump": str(program)}, {}, 18), file)

    assert file.read_text() == "theirs\n"


def test_programs_are_led_to_the_socket_of_a_folder_whatever_its_name() -> None:
    url = (
        f"postgresql+asyncpg://postgres@/pilotzone?host={quote('/run/a folder of 100%')}&port=5432"
    )
    assert variables(url) == {
        "PGHOST": "/run/a folder of 100%",
        "PGPORT": "5432",
        "PGUSER": "postgres",
        "PGDATABASE": "pilotzone",
    }
    far = variables("postgresql://me:a%40b@db.example:6432/pilotzone?ssl=verify-full")
    assert (far["PGPASSWORD"], far["PGHOST"], far["PGSSLMODE"]) == (
        "a@b",
        "db.example",
        "verify-full",
    )


def test_programs_are_led_nowhere_but_to_what_was_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("PGHOSTADDR", "PGOPTIONS", "PGSERVICE", "PGSERVICEFILE", "PGTARGETSESSIONATTRS"):
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("PGSSLROOTCERT", "certificate")
    url = "postgresql://me@here/pilotzone"

    environment = find(Settings(database_url=url), url, 18).environment

    assert "elsewhere" not in environment.values()
    assert environment["PGSSLROOTCERT"] == "certificate"


@pytest.mark.parametrize("servers", ["a,b/x", "/x?host=a,b", "/x?host=a&host=b", "a/x?port=1,2"])
def test_several_servers_are_refused(servers: str) -> None:
    with pytest.raises(UrlUnusable, match="several servers"):
        variables(f"postgresql://{servers}")
