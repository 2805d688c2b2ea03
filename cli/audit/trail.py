"""How long the audit trail is kept."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.context import OPERATOR, in_database
from cli.options import DataDir
from shared.audit import purging
from shared.database import Database


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="The audit trail.")
    group.callback()(lambda: None)  # else a group of one command is that command
    group.command()(purge)
    app.add_typer(group, name="audit")


def purge(
    before: Annotated[
        datetime,
        typer.Option(help="Events of before this day, in UTC, end.", formats=["%Y-%m-%d"]),
    ],
    data_dir: DataDir = None,
) -> None:
    """Take away old events that belong to no round; those of rounds are sealed and stay."""

    async def verb(opened: Database) -> int:
        until = before.replace(tzinfo=UTC)
        return await purging.purge(opened, OPERATOR, until, datetime.now(UTC))

    typer.echo(f"taken away: {in_database(data_dir, verb)} events")
