"""What moved a total comes in parts that add up exactly, each what a recomputation gives."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from shared.attributions import service
from shared.attributions.attribution import Attribution, Read, attributed
from shared.attributions.stages import CAUSES, OWN, Cause
from shared.database import Database
from shared.rankings import movements
from shared.rankings.ranking import as_of
from shared.rounds import service as rounds
from shared.scoring.score import score
from tests.fixtures.ask import unguarded
from tests.fixtures.make import worker_over
from tests.independent.rounds import ACTOR, Explained, played
from tests.independent.test_recompute import DOCUMENTS


async def compared(explained: Explained, since: int, run: int) -> tuple[Read, Attribution]:
    """Compare two runs of a round."""
    async with explained.owner.snapshot() as session:
        read = await service.read(session, explained.framework, explained.round_, since, run)
    return read, attributed(explained.framework, read)


async def with_entries(owner: Database, worker: Database, document: Any, seed: int) -> Explained:
    """Play three runs; before the third one leaves, one comes, one left and came again."""
    explained = await played(owner, worker, document, seed)
    async with owner.session() as session:
        for code, state in (("C2", "withdrawn"), ("C5", "withdrawn"), ("C5", "accepted")):
            await rounds.enter(session, ACTOR, "R", code, state)
    assert await worker_over(worker).sweep()
    return explained


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
async def test_parts_add_up_to_the_difference_and_own_ones_are_what_only_they_would_do(
    owner: Database, worker_database: Database, document: Callable[[], Any]
) -> None:
    explained = await with_entries(owner, worker_database, document(), seed=4)
    for since, run in ((0, 1), (1, 2), (2, 3), (1, 3)):
        read, found = await compared(explained, since, run)
        change = found.after.total - found.before.total
        assert found.parts.units.sum(axis=1).tolist() == change.tolist()
        assert not found.parts.units[:, CAUSES.index(Cause.RULES)].any()
        async with explained.owner.session() as session:
            ranking = await as_of(session, explained.round_.id, run)
        stored = dict(zip(ranking.applicants, ranking.totals.tolist(), strict=True))
        told = dict(zip(found.applicants, found.after.total.tolist(), strict=True))
        assert {code: told[code] for code in stored} == stored

    read, found = await compared(explained, 1, 2)
    own = [CAUSES.index(each) for each in OWN]
    _, cohort = np.unique(np.array(read.kinds), return_inverse=True)
    assert np.count_nonzero(found.parts.units[:, own].any(axis=0)) >= 2
    for row in range(len(read.applicants)):  # as if nobody else had said anything
        values = read.before.values.copy()
        values[row] = read.after.values[row]
        sheet = score(explained.framework, values, np.zeros(values.shape, np.int32), cohort)
        alone = int(sheet.totals[row] - read.before.total[row])
        assert found.parts.units[row, own].sum() == alone


async def test_ranks_are_those_that_movements_show(
    owner: Database, worker_database: Database
) -> None:
    explained = await with_entries(owner, worker_database, DOCUMENTS["as it is"](), seed=1)
    _, found = await compared(explained, 1, 3)
    shown = await movements.between(owner, explained.round_.id, 1, 3, None, 9)
    ranks = dict(zip(shown.applicants, shown.ranks[[0, -1]].T.tolist(), strict=True))
    assert ranks == {
        code: [int(found.before.overall[at]), int(found.after.overall[at])]
        for at, code in enumerate(found.applicants)
    }


async def test_what_other_scoring_code_made_of_the_same_is_the_part_of_the_rules(
    owner: Database, worker_database: Database
) -> None:
    """As if the code of the second run had given one applicant a unit that ours does not."""
    explained = await played(owner, worker_database, DOCUMENTS["as it is"](), seed=3)
    _, before = await compared(explained, 1, 2)
    other = "UPDATE score_version SET total = total + 1 WHERE applicant = 'C1' AND run = 2"
    await unguarded(owner, other)
    _, after = await compared(explained, 1, 2)
    more = after.parts.units - before.parts.units
    at = after.applicants.index("C1")
    assert more[at].tolist() == [0] * (len(CAUSES) - 1) + [1]
    assert more.sum() == 1
