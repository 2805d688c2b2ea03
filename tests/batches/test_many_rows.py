"""What a file of many rows costs those who wait meanwhile."""

import gc
import json
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from api.batches.answers import AT_ONCE, written_items
from api.http.kept import Rendering
from bench.portals.memory import megabytes
from bench.pushes.files import FORMATS
from bench.stage import free_port
from shared.batches.limits import MOST_ROWS
from shared.batches.outcome import tell
from shared.batches.reading import Push, read
from shared.core.principal import Principal, Role
from shared.scoring.document import reader
from shared.submissions.store import NewSubmission, Receipt
from tests.batches.test_http import BATCH
from tests.fixtures import make
from tests.fixtures.ask import until
from tests.fixtures.make import World
from tests.worker.processes import service_process

MOST_LEFT = 45
"""Megabytes; a file of as many rows takes 80, and left 50 to 70."""

WHO = Principal(1, "statistics", Role.SOURCE, None, None)


def test_nothing_that_is_made_for_each_row_is_looked_through_for_cycles() -> None:
    """A collection that looks through 50 000 rows holds up everybody for a tenth of a second."""
    framework = reader.read(make.framework())
    said = [
        {"applicant": code, "measure": make.STATIONS, "value": 5, "as_of": "2026-06-01"}
        for code in ("C1", "C2")
    ]
    push = Push("application/json", json.dumps({"items": said}).encode(), False, "tests")  # noqa: FBT003

    file = read(framework, WHO, push)
    rows, outcomes = file.rows, file.outcomes
    receipts = [Receipt("created", at) for at in range(len(rows))]
    told = tell(rows, outcomes, receipts, date(2026, 6, 30), stored=True)

    submissions = [each for each in outcomes if isinstance(each, NewSubmission)]
    assert len(submissions) == len(told.items) == 2
    reported = [each.reported for each in submissions]
    members = [each.members for each in rows]
    for made in (rows, members, submissions, reported, receipts, told.items):
        assert not any(map(gc.is_tracked, made))


@pytest.mark.parametrize("count", [0, 1, AT_ONCE, AT_ONCE + 1])
async def test_an_answer_written_in_pieces_is_one_document(count: int) -> None:
    items = [{"index": at, "result": "created", "id": None} for at in range(count)]

    body = await Rendering().page({"batch": 1}, written_items(items), 1)

    assert json.loads(body) == {"batch": 1, "items": items}


async def test_a_gateway_gives_back_what_a_large_file_took(
    world: World, url: str, tmp_path: Path
) -> None:
    """Nothing that outlives the file lies between its rows, and what is freed is not kept."""
    port = free_port()
    days = [date(1990, 1, 1) + timedelta(at) for at in range(MOST_ROWS // 2)]
    rows = [
        (code, make.STATIONS, day, 5.0 + at) for at, code in enumerate(("C1", "C2")) for day in days
    ]
    kind, write = "application/jsonl", FORMATS["application/jsonl"]
    headers = world.headers["source"] | {"Content-Type": kind, "Prefer": "return=minimal"}
    log = tmp_path / "gateway.log"
    with service_process("api", url, log, "--port", str(port)) as gateway:
        await gateway.until_said("gateway listens")
        path = f"http://127.0.0.1:{port}/v1{BATCH}"
        async with httpx.AsyncClient(headers=headers, timeout=60) as client:
            await client.post(path, content=write(rows[:1]))
            idle = megabytes(gateway.process.pid)
            answer = await client.post(path, content=write(rows))
        assert answer.json()["counts"]["created"] == MOST_ROWS - 1

        async def given_back() -> bool:
            return megabytes(gateway.process.pid) - idle < MOST_LEFT

        await until(given_back)
