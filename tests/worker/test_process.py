"""A worker as its operator meets it: what it says, what it leaves, when it ends."""

import asyncio
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest
import uvloop
from sqlalchemy import make_url, text

from bench import books
from shared.database import Database
from shared.process import lifecycle
from tests.fixtures.ask import execute, one, until
from tests.fixtures.make import STATIONS, World
from tests.worker import gate
from tests.worker.conftest import StartWorker
from tests.worker.processes import service_process


def test_the_loop_is_the_gateways_and_asyncios_where_that_is_not_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert lifecycle.loop_factory() is uvloop.new_event_loop

    monkeypatch.setitem(sys.modules, "uvloop", None)

    with asyncio.Runner(loop_factory=lifecycle.loop_factory()) as runner:
        assert type(runner.get_loop()).__module__.startswith("asyncio")


async def test_the_health_file_is_kept_fresh_and_taken_away_at_the_end(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    file = tmp_path / "a new folder" / "health"
    worker = start_worker("--health-file", str(file))

    async def there() -> bool:
        return file.exists()

    await until(there)
    first = file.stat().st_mtime_ns

    async def fresher() -> bool:
        return file.stat().st_mtime_ns > first

    await until(fresher)
    assert await worker.stop() == 0
    assert not file.exists()


async def test_a_health_file_that_cannot_be_written_is_refused_in_one_line(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()

    worker = start_worker("--health-file", str(tmp_path / "file" / "health"))

    assert await worker.until_ended() == 1
    assert worker.said().splitlines()[-1] == (
        f"error: --health-file {tmp_path}/file/health cannot be written ({tmp_path}/file: File"
        " exists): name a file in a directory that this user may write to"
    )
    assert "Traceback" not in worker.said()


async def test_a_health_file_that_can_no_longer_be_written_does_not_end_the_worker(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    """Once it can, it is kept again."""
    folder = tmp_path / "folder"
    worker = start_worker("--health-file", str(folder / "health"))
    await worker.until_said("worker started")
    folder.rename(tmp_path / "moved")
    folder.touch()

    await worker.until_said("health file not written")
    folder.unlink()

    async def there() -> bool:
        return (folder / "health").exists()

    await until(there)
    assert worker.said().count("health file not written") == 1
    assert await worker.stop() == 0


async def test_a_killed_worker_leaves_a_file_that_grows_old(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    """It must not look healthy for ever, and its successor takes the file over."""
    file = tmp_path / "health"
    worker = start_worker("--health-file", str(file))
    await worker.until_said("worker started")

    async def there() -> bool:
        return file.exists()

    await until(there)
    await worker.kill()
    left = file.stat().st_mtime_ns
    start_worker("--health-file", str(file))

    async def fresher() -> bool:
        return file.stat().st_mtime_ns > left

    await until(fresher)


async def test_told_to_stop_in_the_middle_of_a_run_it_finishes_the_run(
    start_worker: StartWorker, owner: Database, world: World, round_id: int
) -> None:
    await world.submit("source", "C1", STATIONS, 5)
    async with gate.closed(owner, "writing scores"):
        worker = start_worker()
        await gate.reached(owner)
        worker.process.terminate()
        await worker.until_said("worker stopping")

    assert await worker.until_ended() == 0
    async with owner.session() as session:
        assert await books.offences(session, round_id) == {}
    assert await one(owner, "SELECT submissions FROM run") == 1


async def test_a_statement_takes_no_longer_than_a_workers_may(
    start_worker: StartWorker, owner: Database
) -> None:
    async with owner.session() as session:
        await session.execute(text("LOCK TABLE submission_change IN ACCESS EXCLUSIVE MODE"))
        worker = start_worker(
            PILOTZONE_WORKER_STATEMENT_TIMEOUT="PT0.2S", PILOTZONE_DATABASE_LOCK_TIMEOUT="PT0.01S"
        )
        await worker.until_said("canceling statement due to statement timeout")


async def test_told_to_stop_while_idle_it_stops_at_once(start_worker: StartWorker) -> None:
    worker = start_worker(PILOTZONE_WORKER_IDLE="PT10M")
    await worker.until_said("worker started")

    assert await worker.stop() == 0
    assert "Traceback" not in worker.said()


async def test_it_hears_of_a_change_long_before_it_would_look(
    start_worker: StartWorker, owner: Database, world: World
) -> None:
    worker = start_worker(PILOTZONE_WORKER_IDLE="PT10M")
    await worker.until_said("worker started")
    await until(lambda: one(owner, "SELECT count(*) FROM run"))

    await world.submit("source", "C1", STATIONS, 5)

    assert await until(lambda: one(owner, "SELECT max(number) = 2 FROM run"))


async def test_it_tells_prometheus_what_it_did(
    start_worker: StartWorker, owner: Database, world: World
) -> None:
    await world.submit("source", "C1", STATIONS, 5)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    start_worker(PILOTZONE_WORKER_METRICS_PORT=str(port))
    await until(lambda: one(owner, "SELECT count(*) FROM run"))

    async def counted() -> bool:
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"http://127.0.0.1:{port}/metrics")
        return "pilotzone_run_submissions_total 1.0" in answer.text.splitlines()

    await until(counted)


async def test_a_schema_that_it_does_not_know_is_refused_in_one_line(
    start_worker: StartWorker, owner: Database
) -> None:
    await execute(owner, "UPDATE alembic_version SET version_num = '9999'")

    worker = start_worker()

    assert await worker.until_ended() == 1
    assert worker.said() == (
        "error: the database is at revision 9999, which this version does not know:"
        " run the version that made it, or a newer one\n"
    )


@pytest.mark.parametrize("module", ["worker", "api"])
async def test_ctrl_c_ends_a_part_in_order(module: str, url: str, tmp_path: Path) -> None:
    port = ["--port", "0"] if module == "api" else []
    with service_process(module, url, tmp_path / "log", *port) as started:
        await started.until_said("startup complete" if module == "api" else "worker started")
        started.process.send_signal(signal.SIGINT)

        assert await started.until_ended() == 0

    assert "Traceback" not in started.said()


@pytest.mark.parametrize("module", ["worker", "api"])
async def test_without_a_database_to_begin_with_it_says_so_in_one_line(
    module: str, tmp_path: Path
) -> None:
    nowhere = "postgresql://postgres@/pilotzone?host=/nowhere"
    with service_process(module, nowhere, tmp_path / "log") as started:
        assert await started.until_ended() == 1

    assert started.said().startswith("error: PostgreSQL does not answer: ")
    assert started.said().count("\n") == 1


@pytest.mark.parametrize("module", ["worker", "api"])
async def test_a_server_that_does_not_greet_in_time_is_named_in_one_line(
    module: str, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://me@127.0.0.1:{silent.getsockname()[1]}/name"
        limit = {"PILOTZONE_DATABASE_CONNECT_TIMEOUT": "PT0.1S"}
        with service_process(module, url, tmp_path / "log", **limit) as started:
            assert await started.until_ended() == 1

    assert started.said() == "error: PostgreSQL does not answer: no answer in time\n"


async def test_a_metrics_port_that_is_taken_is_named_in_one_line(
    start_worker: StartWorker,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        worker = start_worker(PILOTZONE_WORKER_METRICS_PORT=str(port))

        assert await worker.until_ended() == 1

    assert worker.said() == (
        f"error: metrics: port {port} of 127.0.0.1 is in use: stop what holds it or set another"
        " PILOTZONE_WORKER_METRICS_PORT\n"
    )


async def test_an_address_for_metrics_that_is_not_ours_is_named_in_one_line(
    start_worker: StartWorker,
) -> None:
    worker = start_worker(
        PILOTZONE_WORKER_METRICS_PORT="0",
        PILOTZONE_WORKER_METRICS_HOST="192.0.2.1",  # nobody's: set aside for documents, RFC 5737
    )

    assert await worker.until_ended() == 1

    assert worker.said().startswith("error: metrics: 192.0.2.1 port 0 cannot be had (")
    assert "set another PILOTZONE_WORKER_METRICS_HOST or" in worker.said()
    assert worker.said().count("\n") == 1


@pytest.mark.parametrize(
    ("module", "option", "number"), [("api", "--port", 99999), ("worker", "--metrics-port", -1)]
)
async def test_what_is_no_port_is_not_taken_for_another(
    module: str, option: str, number: int, url: str, tmp_path: Path
) -> None:
    """The system would take it modulo 65536."""
    with service_process(module, url, tmp_path / "log", f"{option}={number}") as started:
        assert await started.until_ended() == 2

    assert f"argument {option}: {number} is not a port: 0 to 65535\n" in started.said()


@pytest.mark.parametrize("module", ["worker", "api"])
async def test_a_database_that_refuses_is_quoted_in_one_line(
    module: str, url: str, tmp_path: Path
) -> None:
    """Unknown, still starting, out of connections: PostgreSQL says it best itself."""
    unknown = make_url(url).set(database="unknown").render_as_string(hide_password=False)
    with service_process(module, unknown, tmp_path / "log") as started:
        assert await started.until_ended() == 1

    assert started.said() == 'error: PostgreSQL says: database "unknown" does not exist\n'
