"""`pilotzone up`: the whole service, and what is left of it, which is nothing."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from shared.embedded.server import is_alive, try_lock
from tests.fixtures.places import data_folder
from tests.fixtures.postgres import ask
from tests.fixtures.waiting import eventually

PILOTZONE = str(Path(sys.executable).with_name("pilotzone"))


def command(data_dir: Path, port: int = 0) -> list[str]:
    return [PILOTZONE, "up", "--data-dir", str(data_dir), "--port", str(port)]


def refused(data_dir: Path, port: int = 0, *options: str) -> subprocess.CompletedProcess[str]:
    """Bring the service up where it cannot come up."""
    argv = [*command(data_dir, port), *options]
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)


@contextmanager
def up(
    data_dir: Path, port: int = 0, *options: str, **settings: str
) -> Iterator[subprocess.Popen[str]]:
    """Bring the service up; whatever the test does, it goes down."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PILOTZONE")}
    process = subprocess.Popen(
        [*command(data_dir, port), *options],
        env=clean | settings,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def url_of(process: subprocess.Popen[str]) -> str:
    """Wait until everything answers."""
    assert process.stdout is not None
    ready = next(line for line in process.stdout if line.startswith("ready "))
    return ready.removeprefix("ready ").strip()


def answers(url: str) -> bool:
    where = urlsplit(url)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def child(process: subprocess.Popen[str], word: str) -> int | None:
    """Return the process id of the child whose command line has *word* in it."""
    listing = ["/bin/ps", "-A", "-ww", "-o", "pid=,ppid=,args="]  # whatever COLUMNS says
    for line in subprocess.run(
        listing, capture_output=True, text=True, check=True
    ).stdout.splitlines():
        pid, parent, *argv = line.split()
        if int(parent) == process.pid and word in argv:
            return int(pid)
    return None


def postmaster(data_dir: Path) -> str:
    """Return the process id of PostgreSQL, nothing while it is down."""
    try:
        return (data_dir / "postgres" / "postmaster.pid").read_text().split()[0]
    except (FileNotFoundError, IndexError):
        return ""


def is_over(data_dir: Path) -> bool:
    """Whether neither a process nor PostgreSQL is left: each holds a lock as long as it lives."""
    lock = os.open(data_dir / "processes.lock", os.O_RDWR)
    try:
        return try_lock(lock) and not is_alive(data_dir)
    finally:
        os.close(lock)


@pytest.fixture
def place() -> Iterator[Path]:
    """Give a folder for a database."""
    with data_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """Give the directory of the service that several tests share."""
    with data_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def service(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Bring up the service that several tests share."""
    with up(data_dir) as process:
        yield process


@pytest.fixture(scope="module")
def base(service: subprocess.Popen[str]) -> str:
    """Give the address of the service that several tests share."""
    return url_of(service)


def test_a_directory_has_one_service(data_dir: Path, base: str) -> None:
    assert answers(base)

    answer = refused(data_dir)

    assert answer.returncode == 1
    assert answer.stderr == (
        f"error: another `pilotzone up` serves {data_dir}: stop it, or give another --data-dir and"
        " --port (make run ARGS='--data-dir DIRECTORY --port PORT')\n"
    )


def test_the_gateway_bounds_its_connections(base: str) -> None:
    """As every other way to start it does."""
    answer = httpx.get(f"{base}/health/live", headers={"X": "x" * 40_000})

    assert answer.json()["type"] == "/problems/head-too-large"


def test_what_ships_is_registered_without_a_demonstration(data_dir: Path, base: str) -> None:
    assert answers(base)
    url = (data_dir / "run" / "database.url").read_text()

    assert ask(url, "SELECT version FROM framework") == "2023-trial"
    assert ask(url, "SELECT count(*) FROM applicant") == 100
    assert ask(url, "SELECT count(*) FROM round") == 0


def test_a_port_has_one_service(place: Path, base: str) -> None:
    port = urlsplit(base).port or 0

    answer = refused(place, port)

    assert answer.returncode == 1
    assert answer.stderr == (
        f"error: port {port} of 127.0.0.1 is in use: stop what holds it or give another --port\n"
    )
    assert not (place / "postgres").exists()


def test_a_port_that_is_taken_leaves_no_new_folder_behind(place: Path, base: str) -> None:
    port = urlsplit(base).port or 0

    answer = refused(place / "above" / "new", port)

    assert answer.returncode == 1
    assert list(place.iterdir()) == []


def test_a_file_is_no_place_for_data(place: Path) -> None:
    file = place / "README.md"
    file.touch()

    answer = refused(file)

    assert answer.returncode == 1
    assert answer.stderr == f"error: {file} is no folder, and one is wanted\n"


@pytest.mark.parametrize("name", ["api", "worker", "database"])
def test_a_part_that_is_killed_comes_back(
    service: subprocess.Popen[str], base: str, name: str
) -> None:
    assert eventually(lambda: child(service, name) is not None)
    killed = child(service, name) or 0

    os.kill(killed, signal.SIGKILL)

    assert eventually(lambda: child(service, name) not in (None, killed))
    assert eventually(lambda: answers(base))


def test_a_postgresql_that_is_killed_comes_back(data_dir: Path, base: str) -> None:
    killed = postmaster(data_dir)

    os.kill(int(killed), signal.SIGKILL)

    assert eventually(lambda: postmaster(data_dir) not in ("", killed))
    assert eventually(lambda: answers(base))


def test_the_service_goes_down_without_a_trace(place: Path) -> None:
    with up(place) as process:
        url_of(process)

        process.send_signal(signal.SIGINT)

        assert process.wait(60) == 0
        assert is_over(place)


def test_a_killed_service_takes_everything_along_and_can_be_started_again(place: Path) -> None:
    with up(place) as process:
        url = url_of(process)
        process.kill()

    with up(place, urlsplit(url).port or 0) as again:
        assert url_of(again) == url
        again.kill()

    assert eventually(lambda: is_over(place))


def test_a_start_can_be_interrupted(place: Path) -> None:
    with up(place) as process:
        assert eventually((place / "postgres.new").exists)

        process.send_signal(signal.SIGINT)

        assert process.wait(60) == 0
        assert is_over(place)


def test_another_postgresql_may_serve(place: Path, server: str) -> None:
    with up(place, PILOTZONE_DATABASE_URL=server) as process:
        assert answers(url_of(process))
        assert not (place / "postgres").exists()


def ports_in_a_row() -> int:
    """Return the first of two free ports."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port: int = first.getsockname()[1]
            with suppress(OSError, OverflowError), socket.create_server(("127.0.0.1", port + 1)):
                return port


def test_every_worker_has_a_port_of_its_own_for_its_metrics(place: Path, server: str) -> None:
    port = ports_in_a_row()
    settings = {
        "PILOTZONE_DATABASE_URL": server,
        "PILOTZONE_WORKER_METRICS_PORT": str(port),
    }

    with up(place, 0, "--workers=2", **settings) as process:
        url_of(process)
        for each in (port, port + 1):
            connection = http.client.HTTPConnection("127.0.0.1", each, timeout=5)
            connection.request("GET", "/metrics")
            assert b"pilotzone_run_seconds" in connection.getresponse().read()
            connection.close()


def test_a_cluster_of_another_version_is_one_line(place: Path) -> None:
    """The process that met it has said so; nobody else repeats it."""
    (place / "postgres").mkdir()
    (place / "postgres" / "PG_VERSION").write_text("17\n")

    answer = refused(place)

    assert answer.returncode == 1
    assert answer.stderr.startswith(f"error: {place / 'postgres'} was written by PostgreSQL 17")
    assert answer.stderr.count("\n") == 1


@pytest.mark.parametrize("option", ["--port=70000", "--workers=0", "--nonsense"])
def test_a_wrong_call_is_one_line(place: Path, option: str) -> None:
    answer = refused(place, 0, option)

    assert answer.returncode == 2
    assert answer.stderr.startswith("error: ")
    assert answer.stderr.count("\n") == 1
