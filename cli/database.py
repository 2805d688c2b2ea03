"""`pilotzone database`: the embedded PostgreSQL as a process of `pilotzone up`."""

import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from cli.errors import CommandError
from cli.options import DataDir, settings_with
from shared import log
from shared.embedded.server import is_alive, serve
from shared.process import orphan


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(hidden=True)(database)


def database(
    url_file: Annotated[Path, typer.Option(help="Says where the server is, once it answers.")],
    data_dir: DataDir = None,
) -> None:
    """Keep the embedded PostgreSQL in use until SIGTERM, and so serving."""
    settings = settings_with(data_dir)
    log.configure("database", settings.log_format, settings.log_level)
    orphan.watch_parent()
    with suppress(KeyboardInterrupt), serve(settings.data_dir) as url:
        unfinished = url_file.with_suffix(".new")
        unfinished.write_text(url)
        unfinished.replace(url_file)
        while is_alive(settings.data_dir):
            time.sleep(1)
        raise CommandError(f"PostgreSQL ended; see {settings.data_dir / 'postgres.log'}")
