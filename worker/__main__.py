"""`python -m worker`: a worker's composition; the only place of it that makes an engine."""

import argparse
import asyncio
import contextlib
import errno
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import structlog
from prometheus_client import start_http_server

from shared.core.database_role import DatabaseRole
from shared.database import Database, Limits
from shared.database.notifications import listen
from shared.process import lifecycle
from shared.seals.signing import read_signers
from shared.settings import Settings
from shared.webhooks.courier import Courier
from shared.webhooks.model import Patience
from shared.webhooks.sending import Sender
from shared.webhooks.targets import Targets
from worker.deliveries import Deliverer
from worker.expiry import Expiry
from worker.loop import Bell, Worker
from worker.metrics import observe_delivery
from worker.operations import Operator
from worker.sealing import Sealer

log = structlog.get_logger()

ROLE = DatabaseRole.WORKER
CONNECTIONS = 5
"""One each for the loop, an operation, sealing, what expires, and for listening."""
DELIVERY_CONNECTIONS = 3
"""One holds the claims to subscriptions; deliveries wait for the others, and scoring for none."""
BEAT_SECONDS = 0.5
STALLED_SECONDS = 60.0
"""A loop that has not come round for so long, be it for a very large run, is not alive."""


async def serve(settings: Settings, url: str, health_file: Path | None) -> None:
    """Work until SIGINT or SIGTERM; *health_file* is touched while the loop is alive."""
    name = f"{socket.gethostname()}:{os.getpid()}"
    database = await Database(url, ROLE, CONNECTIONS, Limits.of_worker(settings)).open()
    beat = Heartbeat(health_file)
    worker = Worker(
        database, name, Bell(), settings.worker_idle, settings.worker_debounce, beat.alive
    )
    operator = Operator(database, Bell(), settings.worker_idle)
    expiry = Expiry(database, settings.answers_kept)
    deliverer = await delivering(settings, url)
    sealer = Sealer(
        database,
        settings.log_name,
        read_signers(settings.signing_keys),
        settings.checkpoint_cadence,
        settings.worker_idle,
        worker.library,
        worker.remembered.of,
    )
    others = (operator, sealer, expiry, deliverer)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        log.info("worker stopping", name=name)
        for each in (worker, *others):
            each.stop.set()
            each.bell.ring()

    def happened(round_id: int | None) -> None:
        sealer.bell.ring(round_id)
        deliverer.bell.ring(round_id)

    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop)
    if settings.worker_metrics_port is not None:
        answer_prometheus(settings.worker_metrics_host, settings.worker_metrics_port)
    beat.begin()
    async with asyncio.TaskGroup() as background:
        ears: dict[str, Callable[[int | None], None]] = {
            "submission_change": worker.bell.ring,
            "operation": operator.bell.ring,
            "run": happened,
            "webhook": deliverer.bell.ring,
        }
        listening = background.create_task(listen(database, ears))
        beating = background.create_task(beat.keep(STALLED_SECONDS))
        working = [background.create_task(each.work()) for each in others]
        lifecycle.built()
        log.info("worker started", name=name)
        await worker.work()
        await asyncio.gather(*working)
        for task in (listening, beating):
            task.cancel()
    beat.end()
    await asyncio.gather(database.close(), deliverer.courier.close())
    log.info("worker stopped", name=name)


async def delivering(settings: Settings, url: str) -> Deliverer:
    """Return what delivers, over connections of its own; its courier closes them."""
    limits = Limits.of_worker(settings)
    limits = replace(limits, pool=limits.statement)  # deliveries wait for each other
    database = Database(url, ROLE, DELIVERY_CONNECTIONS, limits)
    sender = Sender(Targets.read(settings.webhook_targets), settings.webhook_timeout)
    patience = Patience(settings.webhook_retry, settings.webhook_failures)
    courier = Courier(await database.open(), sender, patience, observe_delivery)
    return Deliverer(database, courier, Bell(), settings.worker_idle)


def answer_prometheus(host: str, port: int) -> None:
    """Answer Prometheus from a thread of its own, or exit with a line that says what to do."""
    try:
        start_http_server(port, host)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SystemExit(
                f"error: metrics: port {port} of {host} is in use: stop what holds it or set"
                " another PILOTZONE_WORKER_METRICS_PORT"
            ) from None
        raise SystemExit(
            f"error: metrics: {host} port {port} cannot be had ({error.strerror}): set another"
            " PILOTZONE_WORKER_METRICS_HOST or PILOTZONE_WORKER_METRICS_PORT"
        ) from None


class Heartbeat:
    """A file whose time of change says that the loop is alive."""

    def __init__(self, file: Path | None) -> None:
        """Beat in *file*; without one, nowhere."""
        self._file = file
        self._last = asyncio.get_running_loop().time()

    def alive(self) -> None:
        """Note that the loop came round."""
        self._last = asyncio.get_running_loop().time()

    def begin(self) -> None:
        """Touch the file for the first time, or exit with a line that says what to do."""
        try:
            self._touch()
        except OSError as error:
            raise SystemExit(
                f"error: --health-file {self._file} cannot be written ({error.filename}:"
                f" {error.strerror}): name a file in a directory that this user may write to"
            ) from None

    async def keep(self, stalled: float) -> None:
        """Touch the file until cancelled, unless the loop has stood still for *stalled* seconds.

        Scoring does not end where the file can no longer be written: whoever looks at it decides.
        """
        failing = None
        while True:
            if asyncio.get_running_loop().time() - self._last < stalled:
                failed = self._fault()
                if failed and failed != failing:
                    log.error("health file not written", file=str(self._file), error=failed)
                failing = failed
            await asyncio.sleep(BEAT_SECONDS)

    def _fault(self) -> str | None:
        """Touch the file; say what kept us from it."""
        try:
            self._touch()
        except OSError as error:
            return error.strerror
        return None

    def _touch(self) -> None:
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.touch()

    def end(self) -> None:
        """Take the file away: the loop ended as it should."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.unlink()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="worker")
    parser.add_argument("--health-file", type=Path, default=None)
    parser.add_argument(
        "--metrics-port", type=lifecycle.port_number, default=None, help="over the setting"
    )
    arguments = parser.parse_args()
    settings, url = lifecycle.begin("worker")
    lifecycle.give_way()
    if arguments.metrics_port is not None:
        settings = settings.model_copy(update={"worker_metrics_port": arguments.metrics_port})
    with (
        lifecycle.faults_on_one_line(),
        asyncio.Runner(loop_factory=lifecycle.loop_factory()) as runner,
    ):
        runner.run(serve(settings, url, arguments.health_file))


if __name__ == "__main__":
    main()
