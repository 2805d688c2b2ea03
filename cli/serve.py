"""The processes of a deployment with its own PostgreSQL, and what operates them."""

import asyncio
import os
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cli.applicants import register_divisions
from cli.context import OPERATOR, database, in_transaction, in_transaction_at
from cli.errors import CommandError
from cli.frameworks import register_guide
from cli.keys import end_demonstration
from cli.options import DataDir, settings_with
from shared.core.database_role import DatabaseRole
from shared.database import Session
from shared.database.migration import migrate as bring_to_head
from shared.database.migration import missing_roles, other_owner
from shared.embedded.server import logged_in
from shared.process import orphan
from shared.rounds import service as rounds
from shared.settings import LAST_PORT

FRESH_SECONDS = 10.0


def _become(module: str, role: DatabaseRole, arguments: list[str], data_dir: Path | None) -> None:
    """Turn this process into `python -m module`, or keep the embedded server while one runs.

    On the embedded server it logs in as *role*.
    """
    command = [sys.executable, "-m", module, *arguments]
    settings = settings_with(data_dir)
    if settings.database_url is not None:
        os.execv(sys.executable, command)  # noqa: S606 -- no shell is wanted
    with database(settings) as url:
        held, ours = os.pipe()  # closed with this process, however it ends: then the other ends too
        environment = {"PILOTZONE_DATABASE_URL": logged_in(url, role), orphan.VARIABLE: str(held)}
        process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
            command, env=os.environ | environment, pass_fds=[held], start_new_session=True
        )
        os.close(held)
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, lambda number, _: process.send_signal(number))
        status = process.wait()
        os.close(ours)
    raise typer.Exit(status)


def api(
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=LAST_PORT, help="0: a free one.")] = 8000,
    fd: Annotated[int | None, typer.Option(hidden=True)] = None,
    data_dir: DataDir = None,
) -> None:
    """Run one gateway."""
    listening = ["--fd", str(fd)] if fd is not None else ["--host", host, "--port", str(port)]
    _become("api", DatabaseRole.GATEWAY, listening, data_dir)


def worker(
    health_file: Annotated[
        Path | None, typer.Option(help="Touched at least every second while the loop is alive.")
    ] = None,
    metrics_port: Annotated[int | None, typer.Option(min=0, max=LAST_PORT, hidden=True)] = None,
    data_dir: DataDir = None,
) -> None:
    """Run one scoring worker; any number of them share the work."""
    given = {"--health-file": health_file, "--metrics-port": metrics_port}
    options = [f"{name}={value}" for name, value in given.items() if value is not None]
    _become("worker", DatabaseRole.WORKER, options, data_dir)


def migrate(data_dir: DataDir = None) -> None:
    """Bring the database to this version's schema; none missing is no error."""
    with database(settings_with(data_dir)) as url:
        _migrate(url)


def prepare(data_dir: DataDir = None) -> None:
    """Do what `up` needs before its gateway starts: migrate, register what ships.

    The keys of a demonstration whose `up` was killed end here, before anything admits them.
    """

    async def verb(session: Session) -> None:
        await end_demonstration(session)
        await register_guide(session)
        await register_divisions(session)

    settings = settings_with(data_dir)
    with database(settings) as url:
        _migrate(url)
        asyncio.run(in_transaction_at(url, settings, verb))


def _migrate(url: str) -> None:
    bring_to_head(url)
    missing, owner = missing_roles(url), other_owner(url)
    typer.echo("the schema is up to date")
    if owner:
        typer.echo(
            f"warning: no rights were granted, because the tables belong to {owner}: migrate with"
            " the PILOTZONE_DATABASE_URL of that user",
            err=True,
        )
    if missing:
        typer.echo(
            f"warning: the roles {', '.join(missing)} do not exist: without them gateway and"
            " workers run with all rights of their user; create them as docs/operations.md says"
            ' under "Roles and rights"',
            err=True,
        )


def health(
    file: Annotated[Path, typer.Option(help="The health file of a worker.")],
) -> None:
    """Succeed if the worker behind a health file is alive."""
    try:
        age = time.time() - file.stat().st_mtime
    except OSError:
        raise CommandError(f"{file} is not there: the worker has not started") from None
    if age > FRESH_SECONDS:
        raise CommandError(f"{file} is {age:.0f} s old: the worker stands still")
    typer.echo("alive")


def recompute(
    round: Annotated[str, typer.Argument(help="The round's code.")],  # noqa: A002
    reason: Annotated[
        str | None, typer.Option(help="Why: it is kept, and the run's causes say it.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Have a round scored anew, everybody in it; needed after an update that changes the rules."""
    # An id of its own, by which the run is found that was asked for.
    actor = replace(OPERATOR, request_id=f"{OPERATOR.request_id}-{uuid.uuid4().hex}")

    async def verb(session: Session) -> int:
        return await rounds.recompute(session, actor, round, reason)

    typer.echo(f"asked for: {in_transaction(data_dir, verb)} applicants")


def register(main: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (api, worker, migrate, health, recompute):
        main.command()(command)
    main.command(hidden=True)(prepare)
