"""Who takes part, for who looks after them: the least covered first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from api.http.state import Gateway
from shared.applicants import store as applicants
from shared.applicants.store import Sought, StoredApplicant
from shared.core.principal import Principal
from shared.database import Database
from shared.rounds import entry_store as entries
from shared.rounds.store import RoundFacts

ON_A_PAGE = 100


class Asked(NamedTuple):
    """Which page: part of a name or code, which hundred, and what was just done."""

    q: str | None = None
    number: int = 1
    done: str | None = None


@dataclass(frozen=True, slots=True)
class Cohort:
    """One page of who takes part, each with its coverage as of the last run; *among* are all."""

    shown: Sequence[StoredApplicant]
    coverage: Mapping[str, float]
    among: int


async def read(
    held: Gateway, database: Database, round_: RoundFacts, who: Principal, asked: Asked
) -> Cohort:
    """Return who takes part and is reached by the key of *who*, whoever lacks most first."""
    fresh = await held.watch.freshness(round_.id)
    ranking = await held.rankings.as_of(round_.id, fresh.as_of)
    coverage = dict(zip(ranking.applicants, ranking.coverage.tolist(), strict=True))
    async with database.reading() as session:
        cohort, _ = await entries.cohort(session, round_.id)
        if asked.q is not None:
            found = set(await applicants.found(session, Sought(q=asked.q)))
            cohort = [code for code in cohort if code in found]
        mine = [code for code in cohort if who.reaches_applicant(code)]
        mine.sort(key=lambda code: (coverage.get(code, 0.0), code))
        begin = (asked.number - 1) * ON_A_PAGE
        chosen = mine[begin : begin + ON_A_PAGE]
        known = await applicants.some(session, chosen)
    return Cohort([known[code] for code in chosen], coverage, len(mine))
