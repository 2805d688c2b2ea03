"""While a large file is worked on, no collection of garbage goes through all that it is made of."""

import gc
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from api.batches import upload
from api.batches.upload import LARGE, ROW_BYTES
from shared.process.memory import Collector
from tests.batches.test_http import BATCH, row
from tests.fixtures.make import STATIONS, World

OLDEST = 2
USUAL = (700, 10, 10)
"""As a process begins; tests are spared most collections."""

WRONG_ROWS = LARGE // ROW_BYTES + 500


@contextmanager
def counted(generation: int) -> Iterator[list[int]]:
    """Give the collections of a *generation* that happen meanwhile."""
    seen = list[int]()

    def note(phase: str, about: dict[str, Any]) -> None:
        if phase == "start" and about["generation"] == generation:
            seen.append(generation)

    gc.callbacks.append(note)
    try:
        yield seen
    finally:
        gc.callbacks.remove(note)


@pytest.fixture
def collector() -> Iterator[Collector]:
    """Give a collector of the usual thresholds, which are there again afterwards."""
    of_tests = gc.get_threshold()
    gc.set_threshold(*USUAL)
    gc.collect()
    yield Collector()
    left = gc.get_threshold()
    gc.set_threshold(*of_tests)
    assert left == USUAL


def containers() -> list[list[int]]:
    """Make so many that garbage is looked for among all of them, by itself."""
    return [[] for _ in range(500_000)]


def test_a_collector_that_rests_looks_through_what_is_new_alone(collector: Collector) -> None:
    with collector.resting(), counted(OLDEST) as all_of_them, counted(0) as new:
        kept = containers()
    assert kept
    assert new
    assert not all_of_them


@pytest.mark.skipif(
    sys.version_info >= (3, 14), reason="Python 3.14 looks through some of the old at a time"
)
def test_a_collector_that_does_not_rest_looks_through_all(collector: Collector) -> None:
    with collector.resting():
        pass
    with counted(OLDEST) as all_of_them:
        kept = containers()
    assert kept
    assert all_of_them


def test_a_collector_rests_until_the_last_large_thing_is_gone(collector: Collector) -> None:
    with collector.resting():
        with collector.resting():
            pass
        with counted(OLDEST) as all_of_them:
            collector.give_back()
        assert not all_of_them
    with counted(OLDEST) as all_of_them:
        collector.give_back()
    assert all_of_them


@pytest.mark.usefixtures("collector")
@pytest.mark.parametrize("prefer", ["handling=strict", "handling=lenient"])
async def test_a_file_of_many_wrong_rows_is_answered_without_going_through_all_of_them(
    world: World, prefer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is looked for once a file is gone does not come while the next is answered."""
    monkeypatch.setattr(upload, "GONE_SECONDS", 3600.0)
    wrong = row("C1", STATIONS, 5) | {f"unknown_{at}": at for at in range(9)}
    sent = json.dumps({"items": [wrong] * WRONG_ROWS}).encode()
    headers = world.headers["source"] | {"Content-Type": "application/json", "Prefer": prefer}
    gc.collect()
    with counted(OLDEST) as all_of_them:
        answer = await world.client.post(BATCH, content=sent, headers=headers)
    assert answer.json()["counts"]["rejected"] == WRONG_ROWS
    assert not all_of_them
