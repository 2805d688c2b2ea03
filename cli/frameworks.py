"""`pilotzone frameworks`: check and register framework documents."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from cli.context import OPERATOR, in_transaction
from cli.errors import CommandError
from cli.options import DataDir
from shared import reference
from shared.core.errors import Finding, FrameworkDiffers, FrameworkInvalid
from shared.database import Session
from shared.frameworks import service as frameworks
from shared.frameworks import yaml_document
from shared.frameworks.store import StoredFramework
from shared.scoring.document import reader as document

app = typer.Typer(help="Check and register framework documents.", no_args_is_help=True)

File = Annotated[
    Path | None, typer.Argument(help="YAML or JSON; without it, the guide's framework.")
]


def _parse(file: Path | None) -> object:
    if file is None:
        return yaml_document.parse(reference.framework_text())
    try:
        return yaml_document.parse(file.read_bytes())
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from None


def _said(finding: Finding) -> str:
    return f"{finding.pointer or '(document)'}: {finding.message} [{finding.code}]"


def _report(error: FrameworkInvalid) -> CommandError:
    for finding in error.findings:
        typer.echo(_said(finding), err=True)
    return CommandError(f"{error}: mend the findings above")


def _warning(finding: Finding) -> str:
    return f"warning: {_said(finding)}"


async def register_guide(session: Session) -> None:
    """Register the guide's framework; what stands under its code and version stays."""
    with suppress(FrameworkDiffers):
        await frameworks.register(session, OPERATOR, _parse(None))


@app.command()
def add(file: File = None, data_dir: DataDir = None) -> None:
    """Register a framework document; the same again changes nothing."""
    parsed = _parse(file)

    async def verb(session: Session) -> tuple[StoredFramework, bool]:
        return await frameworks.register(session, OPERATOR, parsed)

    try:
        stored, created = in_transaction(data_dir, verb)
    except FrameworkInvalid as error:
        raise _report(error) from None
    for finding in frameworks.doubtful(stored):
        typer.echo(_warning(finding), err=True)
    word = "registered" if created else "unchanged"
    typer.echo(f"{word}: {stored.code} {stored.version} sha256:{stored.sha256}")


@app.command()
def check(file: File = None) -> None:
    """Check a framework document without registering it."""
    try:
        framework = document.read(_parse(file))
    except FrameworkInvalid as error:
        raise _report(error) from None
    for finding in document.warnings(framework):
        typer.echo(_warning(finding))
    typer.echo(f"valid: {framework.code} {framework.version}")


def register(main: typer.Typer) -> None:
    """Add the commands of this module."""
    main.add_typer(app, name="frameworks")
