"""`pilotzone`: how it is called, and what it says when it cannot do what it was asked."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from sqlalchemy.exc import DBAPIError

from cli.errors import CommandError
from cli.failures import explain
from cli.main import COMMANDS, application
from shared.core.errors import Finding, FrameworkInvalid, NotFound
from shared.database import Database, SchemaUnknown, UrlUnusable
from shared.embedded.server import EmbeddedError
from shared.process.listening import AddressUnusable
from tests.fixtures.ask import execute

PILOTZONE = str(Path(sys.executable).with_name("pilotzone"))


def pilotzone(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command with *settings* and no others."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PILOTZONE")}
    return subprocess.run(
        [PILOTZONE, *arguments], env=clean | settings, capture_output=True, text=True, check=False
    )


def test_each_command_is_registered_by_the_module_that_is_imported_for_it() -> None:
    for name in COMMANDS:
        group = typer.main.get_command(application(name))
        assert name in getattr(group, "commands", {})
    everything = typer.main.get_command(application())
    assert set(getattr(everything, "commands", {})) == set(COMMANDS)


def test_the_supervisor_is_up_before_the_database_driver_would_be_imported() -> None:
    """It and the process that keeps PostgreSQL are in the way of everything else."""
    program = "import cli.main, cli.up, cli.database, sys; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["up", "--port"]])
def test_a_wrong_call_is_one_line_and_status_2(arguments: list[str]) -> None:
    answer = pilotzone(*arguments)

    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr.startswith("error: ")
    assert answer.stderr.endswith("; try --help\n")
    assert answer.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("PILOTZONE_DATABASE_URL", "postgresql://me@127.0.0.1:1/none", "is out of reach"),
        ("PILOTZONE_DATABASE_URL", "postgresql://me@/none?host=/nowhere", "is out of reach"),
        ("PILOTZONE_DATABASE_URL", "nonsense", "PILOTZONE_DATABASE_URL is not a URL"),
        ("PILOTZONE_DATABASE_POOL", "many", "PILOTZONE_DATABASE_POOL: Input should be"),
        ("PILOTZONE_DATA_DIR", "/dev/null", "/dev/null is no folder, and one is wanted"),
        ("PILOTZONE_DATA_DIR", "", "PILOTZONE_DATA_DIR: it is empty: name a directory"),
        ("PILOTZONE_WORKER_IDLE", "1", "PILOTZONE_WORKER_IDLE: a duration is written like PT1S"),
        ("PILOTZONE_WORKER_METRICS_PORT", "65536", "PILOTZONE_WORKER_METRICS_PORT: Input should"),
    ],
)
def test_a_wrong_setting_is_one_line_and_status_1(setting: str, value: str, said: str) -> None:
    answer = pilotzone("migrate", **{setting: value})

    assert answer.returncode == 1
    assert answer.stderr.startswith("error: ")
    assert said in answer.stderr
    assert answer.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "option", "number"),
    [("api", "--port", -1), ("worker", "--metrics-port", 65536)],
)
def test_what_is_no_port_is_refused_before_anything_starts(
    command: str, option: str, number: int, tmp_path: Path
) -> None:
    answer = pilotzone(command, f"{option}={number}", f"--data-dir={tmp_path / 'data'}")

    assert answer.returncode == 2
    assert answer.stderr.startswith(f"error: Invalid value for '{option}': Input should be ")
    assert answer.stderr.count("\n") == 1
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("process", "url", "said"),
    [
        ("api", "nonsense", "is not a URL"),
        ("worker", "mysql://me@db/name", "begins with mysql, not PostgreSQL"),
    ],
)
def test_a_process_without_a_usable_url_says_what_migrate_says(
    process: str, url: str, said: str
) -> None:
    answer = pilotzone(process, PILOTZONE_DATABASE_URL=url)

    assert answer.returncode == 1
    assert answer.stderr == (
        f"error: PILOTZONE_DATABASE_URL {said}: write postgresql://user@host/database\n"
    )


def test_an_empty_data_directory_is_not_the_current_one() -> None:
    answer = pilotzone("keys", "revoke", "--name=nobody", "--data-dir=")

    assert answer.returncode == 2
    assert "'--data-dir': it is empty: name a directory" in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_workers_that_would_run_out_of_ports_are_not_started(tmp_path: Path) -> None:
    answer = pilotzone(
        "up",
        "--workers=2",
        f"--data-dir={tmp_path / 'data'}",
        PILOTZONE_WORKER_METRICS_PORT="65535",
    )

    assert answer.returncode == 1
    assert answer.stderr == (
        "error: PILOTZONE_WORKER_METRICS_PORT=65535 leaves no port for each of 2 workers:"
        " set a lower one\n"
    )
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("command", ["migrate", "api", "worker", "up"])
async def test_a_database_of_a_newer_version_is_one_line(
    command: str, url: str, owner: Database, tmp_path: Path
) -> None:
    await execute(owner, "UPDATE alembic_version SET version_num = '0099'")

    answer = await asyncio.to_thread(
        pilotzone,
        command,
        f"--data-dir={tmp_path}",
        *(["--port=0"] if command in ("api", "up") else []),
        PILOTZONE_DATABASE_URL=url,
    )

    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr == (
        "error: the database is at revision 0099, which this version does not know:"
        " run the version that made it, or a newer one\n"
    )


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (CommandError("do this"), "do this"),
        (EmbeddedError("do\nthat"), "do that"),
        (SchemaUnknown("migrate"), "migrate"),
        (NotFound("no round 7"), "no round 7"),
        (
            FrameworkInvalid("2 findings", (Finding("/a", "x", "why"), Finding("/b", "y", "so"))),
            "2 findings; /a: why; /b: so",
        ),
        (UrlUnusable("no URL"), "no URL"),
        (AddressUnusable("in use"), "in use"),
        (
            DBAPIError("SELECT 1", {}, Exception("no\nsuch role")),
            "PostgreSQL refuses: no such role",
        ),
        (
            ConnectionRefusedError(111, "refused"),
            "PostgreSQL is out of reach ([Errno 111] refused)",
        ),
        (FileNotFoundError(2, "not found", "a.csv"), "a.csv: not found"),
        (TimeoutError(), "PostgreSQL is out of reach (no answer in time): start it"),
    ],
)
def test_what_was_foreseen_is_said_on_one_line(error: Exception, line: str) -> None:
    assert (explain(error) or "").startswith(line)
    assert "\n" not in (explain(error) or "")


def test_a_bug_is_not_explained_away() -> None:
    assert explain(KeyError("bug")) is None


def test_a_port_that_is_taken_is_named_by_a_gateway_as_by_up(url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        answer = pilotzone("api", f"--port={port}", PILOTZONE_DATABASE_URL=url)

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == (
        f"error: port {port} of 127.0.0.1 is in use: stop what holds it or give another --port\n"
    )


def test_an_address_that_is_not_ours_is_named_by_a_gateway(url: str) -> None:
    nobodys = "192.0.2.1"  # set aside for documents, RFC 5737
    answer = pilotzone("api", f"--host={nobodys}", "--port=0", PILOTZONE_DATABASE_URL=url)

    assert answer.returncode == 1
    assert answer.stderr.startswith(f"error: {nobodys} port 0 cannot be had (")
    assert answer.stderr.count("\n") == 1


COUNTIES = ["210211", "210212"]  # two of those that ship


async def test_keys_that_open_something_are_listed_and_no_others(url: str, owner: Database) -> None:
    def keys(*arguments: str) -> str:
        answer = pilotzone("keys", *arguments, PILOTZONE_DATABASE_URL=url)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    assert pilotzone("prepare", PILOTZONE_DATABASE_URL=url).returncode == 0
    counties = [f"--applicant={each}" for each in COUNTIES]
    limits = *counties, "--measure=base_stations_5g", "--expires=2127-01-31"
    quota = "--quota=requests=600", "--quota=rows=0"
    made = [
        keys("create", "--role=source", "--name=统计", *limits, *quota),
        keys("create", "--role=auditor", "--name=audit"),
        keys("create", "--role=portal", "--name=gone"),
        keys("create", "--role=portal", "--name=over"),
    ]
    keys("revoke", "--name=gone")
    await execute(
        owner,
        """
        UPDATE api_key SET expires_at = now() - interval '1 s'
        FROM reporter WHERE reporter.id = reporter AND name = 'over'
        """,
    )

    said = keys("list")

    heading, *lines = (line.split("\t") for line in said.splitlines())
    assert heading == [
        "number",
        "name",
        "role",
        "made",
        "ends",
        "applicants",
        "measures",
        "signs by",
        "rounds",
        "last used",
        "quota",
    ]
    assert [[*line[1:3], *line[4:]] for line in lines] == [
        ["audit", "auditor", "never", "all", "all", "nothing", "all", "never", "as set"],
        [
            "统计",
            "source",
            "2127-01-31T00:00:00Z",
            ",".join(COUNTIES),
            "base_stations_5g",
            "nothing",
            "all",
            "never",
            "requests=600,rows=0",
        ],
    ]
    assert not any(key.strip() in said for key in made)
