"""`pilotzone up`: the whole service in one terminal."""

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Annotated

import typer

from cli.errors import CommandError
from cli.options import DataDir, settings_with
from cli.supervisor import GRACE, ProcessFailed, ServiceProcess, Supervisor
from shared import log
from shared.core.database_role import DatabaseRole
from shared.core.hosts import is_loopback
from shared.embedded.ownership import make_in, open_in
from shared.embedded.server import logged_in, require_installed, try_lock
from shared.process.listening import listen
from shared.settings import LAST_PORT

STALE = 10.0  # seconds without a heartbeat after which a worker counts as dead
KEY_FILE = "signing.key"  # of a data directory: signs unless another key is set
LEFTOVERS = 20.0  # seconds in which the processes of an `up` that was killed must have ended


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(up)


def up(
    data_dir: DataDir = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=LAST_PORT, help="0 picks a free one.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="How many scoring workers.")] = 1,
    demo: Annotated[bool, typer.Option(help="Fill in and show a demonstration round.")] = False,
) -> None:
    """Run PostgreSQL, gateway and workers until Ctrl-C; say `ready URL` once all of them answer.

    The guide's framework and the county-level divisions are registered; what is there stays.
    With PILOTZONE_DATABASE_URL set, that PostgreSQL serves instead of the embedded one. With
    PILOTZONE_WORKER_METRICS_PORT set, the first worker answers Prometheus there and each other one
    on the next port.
    """
    settings = settings_with(data_dir)
    metrics_ports = _in_a_row(settings.worker_metrics_port, workers)
    if settings.database_url is None:
        require_installed()
    log.configure("up", settings.log_format, settings.log_level)
    if not settings.data_dir.exists():
        listen(host, port).close()  # a refusal must not leave a new folder behind
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    # It listens here and not in the gateway, whose restart then loses neither port nor clients.
    with _alone(settings.data_dir) as processes_lock, listen(host, port) as listener:
        port = listener.getsockname()[1]
        run_dir = settings.data_dir / "run"
        shutil.rmtree(run_dir, ignore_errors=True)
        make_in(run_dir)
        health_files = [run_dir / f"worker-{number}.health" for number in range(1, workers + 1)]
        gateway = pilotzone("api", "--fd", str(listener.fileno()))
        processes = {
            DatabaseRole.WORKER: list(map(_worker, health_files, metrics_ports)),
            DatabaseRole.GATEWAY: [
                ServiceProcess("gateway", gateway, lambda: _answers(host, port))
            ],
        }
        url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        environment = {**os.environ, "PILOTZONE_DATA_DIR": str(settings.data_dir)}
        if is_loopback(host):
            environment.setdefault("PILOTZONE_LOCAL_SESSIONS", "true")
        if not settings.signing_keys:
            own = own_key(settings.data_dir, settings.log_name)
            environment["PILOTZONE_SIGNING_KEYS"] = str(own)
        supervisor = Supervisor(environment, inherited=(processes_lock, listener.fileno()))
        try:
            asyncio.run(_serve(supervisor, run_dir, processes, url, demo=demo))
        except ProcessFailed as failure:
            raise typer.Exit(failure.status) from None


async def _serve(
    supervisor: Supervisor,
    run_dir: Path,
    processes: Mapping[DatabaseRole, Sequence[ServiceProcess]],
    url: str,
    *,
    demo: bool,
) -> None:
    """Start everything in order and keep it running until a signal ends it.

    On the embedded PostgreSQL each of the *processes* logs in as its role; what migrates, registers
    and makes keys is its owner.
    """
    logins: dict[DatabaseRole, dict[str, str]] = {role: {} for role in processes}
    async with supervisor:
        if not supervisor.environment.get("PILOTZONE_DATABASE_URL"):
            url_file = run_dir / "database.url"
            database = pilotzone("database", "--url-file", str(url_file))
            await supervisor.start(
                ServiceProcess("database", database, url_file.exists, grace=None)
            )
            owner = url_file.read_text()
            supervisor.environment["PILOTZONE_DATABASE_URL"] = owner
            logins = {
                role: {"PILOTZONE_DATABASE_URL": logged_in(owner, role)} for role in processes
            }
        status = await supervisor.run(pilotzone("prepare"))
        if status != 0:
            raise ProcessFailed("prepare", abs(status))
        await supervisor.start(
            *(
                replace(process, environment=logins[role])
                for role in processes
                for process in processes[role]
            )
        )
        print("ready", url, flush=True)  # noqa: T201
        try:
            if demo:
                await supervisor.run(pilotzone("demo", "--url", url))
            await supervisor.watch()
        finally:
            if demo:
                with suppress(TimeoutError):  # a PostgreSQL that hangs must not hold up the end
                    await asyncio.wait_for(supervisor.run(pilotzone("demo", "--end")), GRACE)


def pilotzone(*arguments: str) -> list[str]:
    """Return the command line of another `pilotzone`, by its own name where it is installed."""
    script = Path(sys.executable).with_name("pilotzone")
    command = [str(script)] if script.exists() else [sys.executable, "-m", "cli.main"]
    return [*command, *arguments]


def _in_a_row(first: int | None, count: int) -> Sequence[int | None]:
    """Return a port for each of *count* workers: none, a free one each, or from *first* on."""
    if not first:
        return [first] * count
    if first + count - 1 > LAST_PORT:
        raise CommandError(
            f"PILOTZONE_WORKER_METRICS_PORT={first} leaves no port for each of {count} workers:"
            " set a lower one"
        )
    return range(first, first + count)


def _worker(health_file: Path, metrics_port: int | None) -> ServiceProcess:
    metrics = [] if metrics_port is None else ["--metrics-port", str(metrics_port)]
    worker = pilotzone("worker", "--health-file", str(health_file), *metrics)
    return ServiceProcess(health_file.stem, worker, lambda: _beats(health_file))


def _beats(health_file: Path) -> bool:
    try:
        return time.time() - health_file.stat().st_mtime < STALE
    except FileNotFoundError:
        return False


def _answers(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def _alone(data_dir: Path) -> Iterator[int]:
    """Hold *data_dir* against another `up`; give the lock for the processes to inherit.

    The first lock ends with us, the second with the last of our processes, should they outlive us.
    """
    twin = (
        f"another `pilotzone up` serves {data_dir}: stop it, or give another --data-dir and --port"
        " (make run ARGS='--data-dir DIRECTORY --port PORT')"
    )
    leftovers = f"processes of a killed `pilotzone up` still run on {data_dir}: stop them"
    with (
        _hold(data_dir / "up.lock", 0, twin),
        _hold(data_dir / "processes.lock", LEFTOVERS, leftovers) as processes_lock,
    ):
        yield processes_lock


@contextmanager
def _hold(path: Path, patience: float, otherwise: str) -> Iterator[int]:
    """Lock the file at *path*, waiting for some seconds if need be; *otherwise* is what to say."""
    lock = open_in(path, os.O_RDWR)
    try:
        deadline = time.monotonic() + patience
        while not try_lock(lock):
            if time.monotonic() > deadline:
                raise CommandError(otherwise)
            time.sleep(0.1)
        yield lock
    finally:
        os.close(lock)


def own_key(data_dir: Path, name: str) -> Path:
    """Return the file of the key in *data_dir*, which is made if it is not there."""
    file = data_dir / KEY_FILE
    if not file.exists():
        from pilotzone_verify import notes  # noqa: PLC0415 -- slow, and needed once

        unfinished = file.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(
            os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w"
        ) as new:
            new.write(f"{notes.generate(name).text()}\n")
        unfinished.replace(file)
    return file
