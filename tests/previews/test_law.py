"""A dry run of a random file in a random round says what a push and the run after it then do."""

import asyncio
import json
import random
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from shared.batches import service as batches
from shared.batches.reading import Push
from shared.core.errors import DomainError
from shared.core.principal import Principal, Role
from shared.database import Database
from shared.database.database import driver_of
from shared.previews.effect import Effect, OfCohort, OfRank, OfTotal
from shared.previews.service import Previews
from shared.rankings import ranking
from shared.rankings.ranking import Ranking
from shared.runs import store as runs
from shared.scoring.framework import Framework
from shared.submissions import recording
from shared.submissions.store import ADDED, NATURAL_KEY, NewSubmission
from tests.fixtures.ask import one, rows
from tests.fixtures.make import worker_over
from tests.independent.rounds import REFERENCE, Explained, played, spread
from tests.independent.test_recompute import DOCUMENTS

WHO = {"source": Role.SOURCE, "applicant": Role.PORTAL}


def rows_of(framework: Framework, said: Iterable[NewSubmission]) -> list[dict[str, Any]]:
    """Write submissions as rows of a file, the first of each natural key alone."""
    return [
        {
            "applicant": each.applicant,
            "measure": each.measure,
            "value": each.reported.value(framework.measures[each.measure]),
            "as_of": each.as_of.isoformat(),
            "status": each.reported.status,
        }
        for each in {NATURAL_KEY(each): each for each in said}.values()
    ]


def drawn_by(framework: Framework, who: Principal, source: random.Random) -> list[dict[str, Any]]:
    """Draw what a reporter may say, in any order."""
    kind = next(kind for kind, role in WHO.items() if role == who.role)
    drawn = rows_of(framework, spread(framework, [(who.reporter, kind)], source))
    return source.sample(drawn, len(drawn))


def file_of(framework: Framework, who: Principal, source: random.Random) -> dict[str, Any]:
    """Draw a file: some rows or many, and now and then one that is refused."""
    drawn = drawn_by(framework, who, source)
    drawn = drawn[: source.randint(0, len(drawn))]
    for each in source.sample(drawn, len(drawn) // 5):
        each["expected_revision"] = source.choice([0, 1])
    if source.random() < 0.4:
        drawn.append({"applicant": "C1", "measure": "none such", "value": 1, "as_of": "2026-06-01"})
    return {"items": drawn or [{"applicant": "C1"}]}


def slice_of(framework: Framework, who: Principal, source: random.Random) -> dict[str, Any]:
    """Draw a file that covers all who are entered as of a day, and leaves some out.

    Mostly that is the reference date: what is later takes nothing back.
    """
    drawn = drawn_by(framework, who, source)
    measure, later = drawn[0]["measure"], source.random() < 0.2
    day = (REFERENCE + timedelta(later)).isoformat()
    said = {
        each["applicant"]: each | {"as_of": day} for each in drawn if each["measure"] == measure
    }
    items = list(said.values())[: source.randint(1, 2)]
    return {
        "slice": {"measure": measure, "as_of": day, "applicants": "entered"},
        "items": items,
    }


async def ranked(owner: Database, round_id: int) -> tuple[Ranking, dict[str, Any]]:
    """Return the ranking as of the last run, and what that took from cohorts."""
    async with owner.session() as session:
        last, _ = await runs.latest(session, round_id)
        found = await ranking.as_of(session, round_id, last)
    query = "SELECT parameters FROM run_parameters WHERE round = :round AND run = :run"
    return found, await one(owner, query, round=round_id, run=last)


def difference(
    before: tuple[Ranking, Any], after: tuple[Ranking, Any]
) -> tuple[set[OfTotal], set[OfRank], set[OfCohort]]:
    """Compare two rankings applicant by applicant."""
    (was, had), (now, has) = before, after
    assert list(was.applicants) == list(now.applicants)
    totals = {
        OfTotal(code, int(was.totals[at]), int(now.totals[at]))
        for at, code in enumerate(was.applicants)
        if was.totals[at] != now.totals[at]
    }
    ranks = {
        OfRank(code, was.kinds[at], int(was.own.rank[at]) or None, int(now.own.rank[at]) or None)
        for at, code in enumerate(was.applicants)
        if was.own.rank[at] != now.own.rank[at]
    }
    ends = [
        OfCohort(code, kind, edge, had[kind].get(code, {}).get(edge), taken.get(edge))
        for kind, of in has.items()
        for code, taken in of.items()
        for edge in ("best", "worst")
    ]
    return totals, ranks, {each for each in ends if each.before != each.after}


async def free(rows: int) -> None:
    """Let whoever sends rows do so without a quota."""


async def outcome(work: Any) -> Any:
    """Return what a push or a dry run comes to: what is told, or how it was refused."""
    try:
        return await work
    except DomainError as error:
        return type(error), str(error)


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
async def test_a_dry_run_says_what_then_happens(
    owner: Database, worker_database: Database, document: Callable[[], Any]
) -> None:
    """While submissions wait for a run, too: what they change is none of the file's doing."""
    played_ = await played(owner, worker_database, document(), seed=3, times=1)
    source = random.Random(7)
    moved = 0
    for step in range(6):
        moved += (await step_of(played_, worker_database, source, file_of, lenient=step % 2 == 0))[
            0
        ]
    assert moved, "the files moved nothing, so nothing was tested"


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
async def test_a_dry_run_of_a_slice_says_what_the_slice_then_withdraws(
    owner: Database, worker_database: Database, document: Callable[[], Any]
) -> None:
    """Who is left out loses what was said of it before, and everybody's place may move by that."""
    played_ = await played(owner, worker_database, document(), seed=3, times=1)
    source = random.Random(7)
    gone = 0
    for _ in range(4):
        gone += (await step_of(played_, worker_database, source, slice_of, lenient=False))[1]
    assert gone, "the slices withdrew nothing, so nothing was tested"


async def step_of(
    played_: Explained,
    worker_database: Database,
    source: random.Random,
    draw: Callable[[Framework, Principal, random.Random], dict[str, Any]],
    *,
    lenient: bool,
) -> tuple[int, int]:
    """Look at a file, push it, and compare; return how many totals it moved and values withdrew."""
    owner, round_, framework = played_.owner, played_.round_, played_.framework
    everybody = await rows(owner, "SELECT id, name, split_part(name, '-', 1) FROM reporter")
    others = [(reporter, kind) for reporter, _, kind in everybody]
    waiting = source.sample(list(spread(framework, others, source)), 20)
    async with owner.session() as session:
        await recording.record(await driver_of(session), round_.id, waiting)
    identity, name, kind = source.choice([each for each in everybody if each[2] in WHO])
    who = Principal(identity, name, WHO[kind], None, None)
    body = json.dumps(draw(framework, who, source)).encode()
    push = Push("application/json", body, lenient, "tests")

    ways = batches.Ways(asyncio.Lock(), owner.driver, free, partial(owner.writing, round_.code))
    preview = await outcome(Previews(owner).preview(round_, framework, who, push, asyncio.Lock()))
    await worker_over(worker_database).sweep()
    before = await ranked(owner, round_.id)
    pushed = await outcome(batches.push(ways, round_, framework, who, push))
    await worker_over(worker_database).sweep()
    after = await ranked(owner, round_.id)

    told = preview.told
    assert (told.outcome, told.counts) == (pushed.told.outcome, pushed.told.counts)
    assert preview.coverage == pushed.coverage
    for item, then in zip(told.items, pushed.told.items, strict=True):
        del item["stands"]
        unknown = {"id": None} if then["result"] in ADDED else {}
        assert item == then | unknown
    effect: Effect = preview.effect
    totals, ranks, cohorts = difference(before, after)
    assert set(effect.totals) == totals
    assert set(effect.ranks) == ranks
    assert set(effect.cohorts) == cohorts
    counted = (effect.totals_changed, effect.ranks_changed, effect.cohorts_changed)
    assert counted == (len(totals), len(ranks), len(cohorts))
    return len(totals), pushed.coverage.withdrawn if pushed.coverage else 0
