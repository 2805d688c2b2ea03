"""The settings of a command, with its options over them."""

from pathlib import Path
from typing import Annotated

import typer

from shared.settings import Settings


def _directory(given: str) -> Path:
    """Read a directory; an empty one, such as a variable that is not set, is no `.`."""
    if not given:
        raise typer.BadParameter("it is empty: name a directory, or leave the option out")
    return Path(given)


DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        parser=_directory,
        metavar="PATH",
        help="Where the embedded PostgreSQL lives (PILOTZONE_DATA_DIR, else .data).",
    ),
]


def settings_with(data_dir: Path | None) -> Settings:
    """Read the settings; an option wins over them."""
    settings = Settings()
    return settings if data_dir is None else settings.model_copy(update={"data_dir": data_dir})
