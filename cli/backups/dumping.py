"""Making a backup: a file that is there whole or not at all."""

import os
from pathlib import Path
from tempfile import mkstemp

from cli.backups.programs import Programs
from cli.errors import CommandError


def require_free(file: Path) -> None:
    """Refuse to write over a file, or where there is no folder. Raises: CommandError."""
    if not file.parent.is_dir():
        raise CommandError(f"{file.parent} is no folder: make it, or name another file")
    if os.path.lexists(file):
        raise CommandError(f"{file} is there already: name another file, or move it away")


def dump(programs: Programs, file: Path) -> None:
    """Write the database as of this moment to *file*, for our eyes only. Raises: CommandError."""
    require_free(file)
    descriptor, name = mkstemp(prefix=f".{file.name}.", dir=file.parent)
    unfinished = Path(name)
    try:
        # By name: on its standard output pg_dump writes the table of contents a second time.
        programs.run("pg_dump", "--format=custom", f"--file={unfinished.absolute()}")
        os.fsync(descriptor)
        _name(unfinished, file)
    finally:
        os.close(descriptor)
        unfinished.unlink(missing_ok=True)
    _settle(file.parent)


def _name(unfinished: Path, file: Path) -> None:
    """Give what is whole its name, unless that was taken meanwhile. Raises: CommandError."""
    try:
        os.link(unfinished, file)
    except OSError:  # the name is taken, or the file system has no hard links
        require_free(file)
        unfinished.rename(file)


def _settle(folder: Path) -> None:
    """Have the disk keep the file's name, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
