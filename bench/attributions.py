"""(h) What moved a round from one run to the next: read and worked out as a gateway does."""

import time
from dataclasses import dataclass

from sqlalchemy import text

from bench.stage import Round, Stage
from shared.attributions import service
from shared.attributions.attribution import attributed
from shared.frameworks.service import Library
from shared.rounds import store as rounds
from shared.runs import store as runs

CORRECTIONS = text("""
    WITH added AS (
        INSERT INTO submission (round, applicant, measure, reporter, kind, as_of, revision,
            status, number, request_id)
        SELECT DISTINCT ON (applicant, measure) round, applicant, measure, reporter, kind, as_of,
            revision + 1, status, floor(number * (0.9 + random() / 5)), request_id
        FROM submission
        WHERE round = :round AND measure < :until
            AND applicant IN (SELECT applicant FROM entry WHERE round = :round LIMIT :applicants)
        ORDER BY applicant, measure, revision DESC
        RETURNING round, applicant, id
    )
    INSERT INTO submission_change (round, applicant, submission, request_id)
    SELECT round, applicant, id, 'bench' FROM added
""")
CASES = {"one count": (1, "m02"), "a count of each": (-1, "m02"), "all of each": (-1, "n")}
"""Of how many applicants something is corrected, -1 for all, and which measures."""


@dataclass(frozen=True)
class Attributed:
    """Milliseconds to read and to work out, and how many applicants moved."""

    read_ms: float
    compute_ms: float
    moved: int


async def measure(stage: Stage, round_: Round) -> dict[str, Attributed]:
    """Correct so much of *round_*, run it, and attribute what moved; the best of three."""
    found = {}
    await stage.run(round_)
    for case, (applicants, until) in CASES.items():
        given = {"round": round_.id, "until": until}
        given["applicants"] = round_.applicants if applicants < 0 else applicants
        async with stage.database.session() as session:
            await session.execute(CORRECTIONS, given)
        await stage.run(round_)
        tries = [await _attribute(stage, round_) for _ in range(3)]
        found[case] = min(tries, key=lambda each: each.read_ms + each.compute_ms)
    return found


async def _attribute(stage: Stage, round_: Round) -> Attributed:
    async with stage.database.snapshot() as session:
        facts = await rounds.facts(session, round_.code)
        framework = await Library().get(session, facts.framework)
        last, _ = await runs.latest(session, round_.id)
        begin = time.perf_counter()
        read = await service.read(session, framework, facts, last - 1, last)
    between = time.perf_counter()
    moved = len(attributed(framework, read).moved(None))
    end = time.perf_counter()
    return Attributed((between - begin) * 1e3, (end - between) * 1e3, moved)
