"""Which indicators of whom have a value as of a run, read at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.http.state import Gateway
from shared.applicants import store as applicants
from shared.applicants.store import StoredApplicant
from shared.rankings.store import Freshness
from shared.rounds.store import RoundFacts
from shared.runs import score_store as scores
from shared.scoring.arrays import BoolArray, FloatArray, IntArray
from shared.scoring.framework import Framework

ON_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a cohort in order of rank, of *among* in all.

    *shares* and *known* have shape (applicants, indicators); *ranks* and *coverage* (applicants,).
    """

    round: RoundFacts
    framework: Framework
    fresh: Freshness
    applicants: Sequence[StoredApplicant]
    ranks: IntArray
    coverage: FloatArray
    shares: FloatArray
    known: BoolArray
    among: int


async def read(
    held: Gateway,
    framework: Framework,
    round_: RoundFacts,
    fresh: Freshness,
    kind: str,
    number: int,
) -> Found:
    """Read page *number* of the cohort *kind* as of the run that is *fresh*."""
    whole = await held.rankings.as_of(round_.id, fresh.as_of)
    order = whole.places(kind)
    chosen = order[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
    codes = [whole.applicants[at] for at in chosen.tolist()]
    async with held.database.reading() as session:
        width = len(framework.indicators)
        found = await scores.latest(session, round_.id, codes, width, fresh.run)
        who = await applicants.some(session, codes, fresh.names.as_of)
    found = found.take(found.applicant.argsort())  # as *codes* are: in order of rank
    return Found(
        round_,
        framework,
        fresh,
        [who[code] for code in codes],
        whole.own.rank[chosen],
        found.coverage,
        found.shares,
        found.values == found.values,
        len(order),
    )
