"""`pilotzone backup` and `pilotzone restore`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli.backups import checking, dumping, loading
from cli.backups.programs import find
from cli.context import database
from cli.errors import CommandError
from cli.options import DataDir, settings_with
from pilotzone_verify import notes
from pilotzone_verify.notes import Verifier
from shared.database import Database, Limits
from shared.database.migration import migrate
from shared.database.transfer import Standing, look
from shared.embedded import server as embedded
from shared.seals import epoch_store
from shared.sessions import store as sessions
from shared.settings import Settings

File = Annotated[Path, typer.Argument(help="The file of the backup.")]


def register(main: typer.Typer) -> None:
    """Add the commands of this module."""
    main.command()(backup)
    main.command()(restore)


def backup(file: File, data_dir: DataDir = None) -> None:
    """Write the whole database to a new file, as of this moment; everything goes on meanwhile."""
    settings = settings_with(data_dir)
    dumping.require_free(file)
    if settings.database_url is None and not embedded.exists(settings.data_dir):
        raise CommandError(
            f"{settings.data_dir} holds no database: name the one of `pilotzone up` with --data-dir"
        )
    with database(settings) as url:
        programs = find(settings, url, asyncio.run(look(url)).major, "pg_dump")
        dumping.dump(programs, file)
    typer.echo(f"backed up: {file}")


def restore(
    file: Annotated[Path | None, typer.Argument(help="The file of the backup.")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also where it is not empty: what is there is lost.")
    ] = False,
    loaded: Annotated[
        bool, typer.Option("--loaded", help="The file was loaded already, by pg_restore.")
    ] = False,
    key: Annotated[
        list[Path] | None,
        typer.Option(help="Public keys that you trust, one a line; by default the backup's own."),
    ] = None,
    after: Annotated[
        int,
        typer.Option(
            "--after-epoch",
            metavar="NUMBER",
            help="The last epoch that was published, if that is later than the backup's.",
        ),
    ] = 0,
    data_dir: DataDir = None,
) -> None:
    """Put a backup in the place of the database, begin a new epoch, and check every round."""
    if (file is None) != loaded:
        raise CommandError("name the file of a backup, or say that one is --loaded")
    settings, keys = settings_with(data_dir), _keys(key or [])
    with database(settings) as url:
        standing = asyncio.run(look(url))
        _require_alone(standing)
        last = max(after, standing.epoch)
        if file is not None:
            _require_lost(standing, replace)
            programs = find(settings, url, standing.major, "pg_restore", "psql")
            loading.require_backup(programs, file)
            loading.load(programs, file, last)
        migrate(url)
        said, holds = asyncio.run(_check(settings, url, keys, last, loaded=loaded))
    typer.echo("\n".join(said))
    if not holds:
        raise CommandError(
            "the backup is restored, but its record does not hold, or nobody vouches for it: see"
            " above; restore another one with --replace, or go on knowing that"
        )


def _require_alone(standing: Standing) -> None:
    if standing.processes:
        raise CommandError(
            f"{' and '.join(standing.processes)} use the database: stop gateways and workers, or"
            " the `pilotzone up` that they are of, and start them again afterwards"
        )


def _require_lost(standing: Standing, replace: bool) -> None:
    if standing.filled and not standing.migrated:
        raise CommandError(
            "what is in the database is not of this service, and stays: name an empty database"
        )
    if standing.filled and not replace:
        raise CommandError("the database is not empty: say --replace to lose what is in it")
    if standing.lacking:
        raise CommandError(
            f"the roles {', '.join(standing.lacking)} do not exist: create them as"
            ' docs/operations.md says under "Roles and rights"'
        )


async def _check(
    settings: Settings, url: str, keys: list[Verifier], last: int, *, loaded: bool
) -> tuple[list[str], bool]:
    async with Database(url, limits=Limits.of_worker(settings)) as opened:
        async with opened.session() as session:
            if loaded:
                await sessions.end_all(session)  # those that ended since would be open again
            # A backup from before there were epochs began the first one when it was migrated.
            if loaded or (await epoch_store.newest(session) or 0) <= last:
                await epoch_store.begin(session, last)
            epoch = await epoch_store.newest(session)
        said, holds = await checking.findings(opened, keys or None)
    whose = "that you named" if keys else "that the backup names (yours: --key FILE)"
    return [*said, f"restored: epoch {epoch} begins, checked by the keys {whose}"], holds


def _keys(files: list[Path]) -> list[Verifier]:
    """Read the keys in *files*. Raises: CommandError."""
    found = []
    for file in files:
        try:
            read = notes.read_verifiers(file.read_text("utf-8"), notes.ED25519)
        except ValueError as error:
            raise CommandError(f"{file}: {error}") from None
        if not read:
            raise CommandError(f"{file}: there is no key in it")
        found += read
    return found
