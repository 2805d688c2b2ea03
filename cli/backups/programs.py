"""PostgreSQL's own programs: where they are, whether they are new enough, running them."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.errors import CommandError
from shared.database.transfer import variables
from shared.embedded.cluster import programs
from shared.settings import Settings

INSTALL = "install the client programs of PostgreSQL {major} or newer, and have them on PATH"
LONGEST = 2_000
STRAY = ("PGHOSTADDR", "PGOPTIONS", "PGSERVICE", "PGSERVICEFILE", "PGTARGETSESSIONATTRS")
"""Variables that lead programs elsewhere than the driver, or have them find something else."""


@dataclass(frozen=True)
class Programs:
    """Programs by name, and the *environment* that leads them to one database.

    *server* is the major version of its server.
    """

    paths: dict[str, str]
    environment: dict[str, str]
    server: int

    def argv(self, program: str, *arguments: str) -> list[str]:
        """Return what runs a program."""
        return [self.paths[program], *arguments]

    def run(self, program: str, *arguments: str) -> bytes:
        """Run a program to its end and return what it printed. Raises: CommandError."""
        answer = subprocess.run(  # noqa: S603
            self.argv(program, *arguments),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if answer.returncode:
            raise CommandError(words(program, answer.stderr))
        return answer.stdout

    def start(self, program: str, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        """Start a program."""
        return subprocess.Popen(  # noqa: S603
            self.argv(program, *arguments), env=self.environment, **options
        )


def words(program: str, said: bytes) -> str:
    """Return what a program complained of, on one line."""
    lines = said.decode(errors="replace").split("\n")
    return f"{program} failed: {' | '.join(filter(None, lines))[:LONGEST]}"


def find(settings: Settings, url: str, major: int, *names: str) -> Programs:
    """Find the programs called *names* for the database of *url*, a server of version *major*.

    Those that came with the embedded PostgreSQL where that is in use, else those on PATH. Raises:
    CommandError where there are none, or only older ones than the server.
    """
    bundled = settings.database_url is None
    folder = str(programs()) if bundled else None
    astray = "PG" if bundled else STRAY
    kept = {name: value for name, value in os.environ.items() if not name.startswith(astray)}
    environment = {**kept, "LC_ALL": "C", "PGCONNECT_TIMEOUT": "10", **variables(url)}
    found = Programs({name: _path(name, folder, major) for name in names}, environment, major)
    for name in names:
        version = re.search(rb"\) (\d+)", found.run(name, "--version"))
        if version is None or int(version[1]) < major:
            raise CommandError(
                f"{found.paths[name]} is older than the server: {INSTALL.format(major=major)}"
            )
    return found


def _path(name: str, folder: str | None, major: int) -> str:
    path = shutil.which(name, path=folder)
    if path is None:
        raise CommandError(f"{name} is not there: {INSTALL.format(major=major)}")
    return str(Path(path).absolute())
