"""Workers of a test's own: in this process or beside it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.worker.processes import ServiceProcess, service_process

StartWorker = Callable[..., ServiceProcess]


@pytest.fixture
def start_worker(url: str, tmp_path: Path) -> Iterator[StartWorker]:
    """Give a way to start real workers; none outlives the test."""
    with ExitStack() as running:
        count = 0

        def start(*arguments: str, **environment: str) -> ServiceProcess:
            nonlocal count
            count += 1
            log = tmp_path / f"worker-{count}.log"
            return running.enter_context(
                service_process("worker", url, log, *arguments, **environment)
            )

        yield start
