"""An expert's work: whom it may mark, and what of them it has not."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.applicants import store as applicants
from shared.applicants.store import StoredApplicant
from shared.conflicts import store as conflicts
from shared.core.principal import Principal
from shared.database import Database
from shared.panels import store as panels
from shared.rounds import entry_store as entries
from shared.rounds import store as rounds
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework, Measure, ReporterKind
from shared.submissions import known_store as stood
from shared.submissions.known_store import Known
from shared.submissions.list_store import StoredSubmission

ON_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Marking:
    """What an expert has to mark, by applicant: who lacks most comes first.

    *missing* has the measures without a mark of each applicant's, *names* those of who is shown;
    *pairs* is how many marks there are to give in all.
    """

    state: str
    measures: Sequence[Measure]
    missing: Mapping[str, Sequence[Measure]]
    names: Mapping[str, StoredApplicant]
    pairs: int

    @property
    def left(self) -> int:
        """How many marks are left to give."""
        return sum(map(len, self.missing.values()))


async def read(
    database: Database, framework: Framework, round_: RoundFacts, who: Principal, number: int
) -> Marking:
    """Return what is left to mark for *who*, the hundred of page *number* by name.

    Nobody with a declared tie is among them, and nobody whom the key does not reach.
    """
    measures = own_measures(framework, who)
    codes = [each.code for each in measures]
    async with database.reading() as session:
        state = await rounds.state(session, round_.id)
        cohort, _ = await entries.cohort(session, round_.id)
        tied = await conflicts.of_expert(session, round_.id, who.reporter)
        mine = [code for code in cohort if code not in tied and who.reaches_applicant(code)]
        pairs = len(mine) * len(codes)
        found = await panels.outstanding(session, round_.id, who.reporter, mine, codes, pairs)
        missing = _by_applicant(framework, mine, found)
        begin = (number - 1) * ON_A_PAGE
        names = await applicants.some(session, list(missing)[begin : begin + ON_A_PAGE])
    return Marking(state, measures, missing, names, pairs)


def own_measures(framework: Framework, who: Principal) -> list[Measure]:
    """Return the measures that *who*, an expert, may mark."""
    return [
        each
        for each in framework.measures.values()
        if ReporterKind.EXPERT in each.reported_by
        and (who.measures is None or each.code in who.measures)
    ]


def _by_applicant(
    framework: Framework, mine: Sequence[str], found: Sequence[tuple[str, str]]
) -> dict[str, list[Measure]]:
    """Group what was *found* to be missing; those that lack nothing come last."""
    missing = defaultdict[str, list[Measure]](list)
    for applicant, measure in found:
        missing[applicant].append(framework.measures[measure])
    return {code: missing[code] for code in sorted(mine, key=lambda each: not missing[each])}


async def marks_of(
    database: Database, round_: RoundFacts, who: Principal, applicant: str
) -> dict[str, StoredSubmission]:
    """Return the marks that *who* gave to *applicant* and that stand, by measure."""
    known = Known(round_.reference_date, None, applicant, None, who.name)
    async with database.reading() as session:
        found = await stood.page(session, round_.id, None, ON_A_PAGE, known)
    return {each.measure: each for each in found}
