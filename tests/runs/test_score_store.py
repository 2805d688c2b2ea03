"""Score versions: appended, and read back to the last bit."""

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from shared.database import Database, columns
from shared.runs import score_store as scores
from shared.runs.score_store import Versions
from tests.fixtures.ask import execute, rows

ROUND, OTHER = 7, 8
WIDTH = 4
EDGES = [
    *(np.nan, -0.0, 0.0, 1e308, -1e308, sys.float_info.min, 5e-324, sys.float_info.max),
    *(np.inf, 0.1, 1 / 3, 2**53 + 1.0),
]
CODES = [f"A{n:02}" for n in range(12)]


def versions(applicants: Sequence[int], total: int = 0) -> Versions:
    """Return a version for each position, no two alike, with every edge of a float in them."""
    at = np.array(applicants, np.int64)
    matrix = np.add.outer(at, np.arange(WIDTH))
    edges = np.array(EDGES)
    return Versions(
        applicant=at,
        blocked=at % 2 == 0,
        totals=at + total,
        coverage=edges[at % len(edges)],
        values=edges[matrix % len(edges)],
        shares=edges[(matrix + 5) % len(edges)],
        units=matrix * 2**40 - 1,
        flags=(matrix * 2**20 - 1).astype(np.int32),
    )


def bits(found: Versions) -> dict[str, Any]:
    """Return every column as bytes: NaN equals NaN, and -0.0 is not 0.0."""
    return {name: (column.dtype, column.tobytes()) for name, column in vars(found).items()}


async def append(database: Database, run: int, found: Versions, round_id: int = ROUND) -> None:
    """Append *found* as what holds from *run* on."""
    async with database.session() as session:
        await scores.append(session, round_id, run, CODES, found)


async def latest(database: Database, run: int, codes: Sequence[str] = CODES) -> Versions:
    """Return what holds as of *run*."""
    async with database.session() as session:
        return await scores.latest(session, ROUND, codes, WIDTH, run)


async def test_a_version_comes_back_to_the_last_bit(worker_database: Database) -> None:
    """A run compares with what it reads; a bit lost on the way would be a change nobody made."""
    written = versions(range(12))

    await append(worker_database, 1, written)

    assert bits(await latest(worker_database, 1)) == bits(written)


@pytest.mark.parametrize("few", [0, 11, 12])
async def test_few_and_many_are_written_alike(
    few: int, worker_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one transaction after another of the same connection."""
    monkeypatch.setattr(scores, "FEW", few)
    for run, written in enumerate((versions(range(12)), versions(range(12), total=7)), 1):
        await append(worker_database, run, written)
        assert bits(await latest(worker_database, run)) == bits(written)


async def test_nothing_of_a_write_outlives_its_transaction(
    worker_database: Database, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table of a connection's own can't be frozen by any other."""
    monkeypatch.setattr(scores, "FEW", 0)
    await append(worker_database, 1, versions(range(12)))

    left = "SELECT relname FROM pg_class WHERE relpersistence = 't'"
    assert await rows(owner, left) == []


@pytest.mark.parametrize("chunk", [1, 5, 12])
async def test_chunks_leave_nobody_out_and_nothing_twice(
    chunk: int, worker_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "CHUNK", chunk)
    monkeypatch.setattr(scores, "FEW", 0)
    written = versions(range(12))

    await append(worker_database, 1, written)

    assert bits(await latest(worker_database, 1)) == bits(written)


async def test_who_has_no_version_is_left_out_and_positions_follow_the_question(
    worker_database: Database,
) -> None:
    await append(worker_database, 1, versions([2, 5]))
    await append(worker_database, 1, versions([3]), OTHER)

    found = await latest(worker_database, 1, ["A05", "nobody", "A03", "A02"])

    assert dict(zip(found.applicant.tolist(), found.totals.tolist(), strict=True)) == {0: 5, 3: 2}
    assert len(await latest(worker_database, 1, [])) == 0


async def test_each_run_shows_what_held_then(worker_database: Database) -> None:
    """A run writes only what changed; what it did not write holds on."""
    await append(worker_database, 2, versions([0, 1]))
    await append(worker_database, 5, versions([1], total=100))

    held = {run: (await latest(worker_database, run)).totals.tolist() for run in range(1, 7)}

    assert held == {1: [], 2: [0, 1], 3: [0, 1], 4: [0, 1], 5: [0, 101], 6: [0, 101]}


async def test_a_withdrawn_applicant_has_no_score_until_the_next(worker_database: Database) -> None:
    async def leavers(run: int) -> list[str]:
        async with worker_database.session() as session:
            return await scores.leavers(session, ROUND, ["A00", "A01", "nobody"], run)

    await append(worker_database, 1, versions([0, 1]))
    async with worker_database.session() as session:
        await scores.withdraw(session, ROUND, 2, ["A01"])
    await append(worker_database, 4, versions([1], total=100))

    held = {run: (await latest(worker_database, run)).totals.tolist() for run in range(1, 5)}
    assert held == {1: [0, 1], 2: [0], 3: [0], 4: [0, 101]}
    assert [sorted(await leavers(run)) for run in range(5)] == [
        *([], ["A00", "A01"], ["A00"], ["A00"], ["A00", "A01"]),
    ]


async def test_nothing_is_appended_for_nobody(worker_database: Database) -> None:
    await append(worker_database, 1, versions([]))

    assert len(await latest(worker_database, 1)) == 0


@pytest.mark.parametrize("known", [False, True])
async def test_what_holds_is_looked_up_by_applicant_though_no_score_is_known_of(
    owner: Database, worker_database: Database, *, known: bool
) -> None:
    """Before the first run, and where statistics are older than the round's."""
    if known:
        for run in range(1, 40):
            await append(worker_database, run, versions(range(12), run), OTHER)
        await execute(owner, "ANALYZE score_version")
    query = scores.LATEST.replace("$2", "ARRAY['A']").replace("$1", str(ROUND)).replace("$3", "9")
    plan = await rows(worker_database, f"EXPLAIN {query}")
    (condition,) = [line for (line,) in plan if "Index Cond" in line]
    assert "applicant" in condition, plan
