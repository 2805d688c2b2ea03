"""The keys that sign checkpoints and receipts."""

from pathlib import Path
from typing import Annotated

import typer

from cli.errors import CommandError
from cli.options import settings_with
from pilotzone_verify import notes
from shared.seals.signing import read_signers
from shared.settings import SettingUnusable


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Keys that sign checkpoints and receipts.")
    group.command()(key)
    group.command()(public)
    app.add_typer(group, name="seals")


def key(
    name: Annotated[
        str | None, typer.Option(help="Who signs; by default PILOTZONE_LOG_NAME.")
    ] = None,
) -> None:
    """Print a new private key: write it to a file that the service alone can read."""
    try:
        typer.echo(notes.generate(name or settings_with(None).log_name).text())
    except ValueError as error:
        raise CommandError(str(error)) from None


def public(file: Annotated[Path, typer.Argument(help="The file of a private key.")]) -> None:
    """Print the public key of a private one: give it to who checks what you sign."""
    try:
        (signer,) = read_signers(str(file))
    except SettingUnusable as error:
        raise CommandError(str(error)) from None
    typer.echo(str(signer.verifier))
