"""The long proof in its short form: the same code as `python -m bench.chaos`, for a few seconds."""

from pathlib import Path

from bench import chaos


async def test_nothing_acknowledged_is_lost_or_doubled_whatever_is_killed(tmp_path: Path) -> None:
    """Gateway, both workers and PostgreSQL itself, with its default durability."""
    report = await chaos.run(tmp_path, seconds=5, writers=4)

    assert {check: found for check, found in report.checks.items() if found} == {}
    assert report.killed.keys() >= {"worker 1", "worker 2", "gateway", "postgres killed"}
    assert report.acknowledged > 0
    assert report.runs > 0
