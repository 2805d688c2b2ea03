"""What all explanations of a run share: read once, whoever is explained to whom."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cachetools import LRUCache

from shared.core.flights import Flights
from shared.database import Database, Session
from shared.explanations import store
from shared.explanations.store import Basis
from shared.rankings.ranking import Ranking
from shared.rankings.store import AsOf
from shared.scoring.arrays import FloatArray
from shared.scoring.framework import Framework

COHORTS_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Cohort:
    """What a run took from the cohorts, and the raw values of one of them, NaN where missing.

    *values* have shape (applicants, indicators), in order of applicant; None where no line depends
    on them.
    """

    basis: Basis
    values: FloatArray | None


@dataclass(frozen=True, slots=True)
class Scored:
    """A round as of a run: its ranking, and how to come by the cohort of a kind. Raises: NotFound.

    Coming by a cohort may take a connection of its own. Names are those of a version, None: of now.
    """

    run: int
    ranking: Ranking
    cohort: Callable[[str], Awaitable[Cohort]]
    names_as_of: int | None = None


async def read(
    session: Session, framework: Framework, round_id: int, run: int, kind: str
) -> Cohort:
    """Read what explanations of the applicants of a *kind* share. Raises: NotFound."""
    basis = await store.basis(session, round_id, run)
    values = None
    if any(each.normalisation.depends_on_cohort for each in framework.indicators):
        width = len(framework.indicators)
        values = await store.cohort(session, round_id, kind, run, width)
        values.flags.writeable = False  # shared by all who are explained something
    return Cohort(basis, values)


class Cohorts:
    """The cohorts that this process read of late."""

    def __init__(self, database: Database) -> None:
        """Read through *database*."""
        self._database = database
        self._flights = Flights[Cohort]()
        self._known: LRUCache[tuple[int, AsOf, str], Cohort] = LRUCache(COHORTS_BYTES, _size)

    async def of(self, framework: Framework, round_id: int, as_of: AsOf, kind: str) -> Cohort:
        """Return the cohort of a *kind* as of a run. Raises: NotFound."""
        known = self._known.get((round_id, as_of, kind))
        if known is not None:
            return known

        async def look() -> Cohort:
            async with self._database.session() as session:
                found = await read(session, framework, round_id, as_of.run, kind)
            if _size(found) <= COHORTS_BYTES:
                self._known[round_id, as_of, kind] = found
            return found

        return await self._flights.share((round_id, as_of, kind), look)


def _size(cohort: Cohort) -> int:
    return 10_000 + (0 if cohort.values is None else cohort.values.nbytes)


def position(ranking: Ranking, applicant: str) -> int:
    """Return the row of *applicant* in the values of its cohort."""
    at = ranking.positions[applicant]
    return ranking.kinds[:at].count(ranking.kinds[at])
