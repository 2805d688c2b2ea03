"""An expert's work: whom it may mark, and what of them it has not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.applicants import store as applicants
from shared.applicants.store import StoredApplicant
from shared.conflicts import store as conflicts
from shared.core.principal import Principal
from shared.database import Database
from shared.panels import work_store as panels
from shared.panels.work_store import Mine
from shared.rounds import store as rounds
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework, Measure, ReporterKind
from shared.submissions import known_store as stood
from shared.submissions.known_store import Known
from shared.submissions.list_store import StoredSubmission

ON_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Marking:
    """What an expert has to mark.

    *missing* has the measures without a mark of each applicant that is shown, whoever lacks any
    first; *among* so many applicants, of whom so many marks are *left* to give.
    """

    state: str
    measures: Sequence[Measure]
    missing: Mapping[str, Sequence[Measure]]
    names: Mapping[str, StoredApplicant]
    among: int
    left: int

    @property
    def pairs(self) -> int:
        """How many marks there are to give in all."""
        return self.among * len(self.measures)


async def read(
    database: Database, framework: Framework, round_: RoundFacts, who: Principal, number: int
) -> Marking:
    """Return what is left to mark for *who*, of the hundred of page *number*.

    Nobody with a declared tie is among them, and nobody whom the key does not reach.
    """
    measures = own_measures(framework, who)
    codes = [each.code for each in measures]
    async with database.reading() as session:
        state = await rounds.state(session, round_.id)
        tied = await conflicts.of_expert(session, round_.id, who.reporter)
        mine = Mine(who.reporter, codes, tied, who.applicants)
        begin = (number - 1) * ON_A_PAGE
        found = await panels.work(session, round_.id, mine, begin, ON_A_PAGE)
        names = await applicants.some(session, list(found.page))
    missing = {
        code: [framework.measures[each] for each in lacks] for code, lacks in found.page.items()
    }
    return Marking(state, measures, missing, names, found.applicants, found.missing)


def own_measures(framework: Framework, who: Principal) -> list[Measure]:
    """Return the measures that *who*, an expert, may mark."""
    return [
        each
        for each in framework.measures.values()
        if ReporterKind.EXPERT in each.reported_by
        and (who.measures is None or each.code in who.measures)
    ]


async def marks_of(
    database: Database, round_: RoundFacts, who: Principal, applicant: str
) -> dict[str, StoredSubmission]:
    """Return the marks that *who* gave to *applicant* and that stand, by measure."""
    known = Known(round_.reference_date, None, applicant, None, who.name)
    async with database.reading() as session:
        found = await stood.page(session, round_.id, None, ON_A_PAGE, known)
    return {each.measure: each for each in found}
