"""An administrator's work: the round's state, values that are held, panels that disagree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.adjudications import service as adjudications
from shared.adjudications.service import Case
from shared.applicants import store as applicants
from shared.applicants.store import StoredApplicant
from shared.core.principal import Principal
from shared.database import Database
from shared.rounds import entry_store as entries
from shared.rounds import store as rounds
from shared.rounds.store import RoundFacts, StoredRound
from shared.scoring.framework import Framework
from shared.submissions import list_store as submissions
from shared.submissions.list_store import Asked, StoredSubmission
from shared.visibility import reach_of

MOST = 100
"""Rows of each list; what is decided leaves it, and others come up."""

SETTLED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Administering:
    """What awaits a decision, and how a round stands; *entered* counts who takes part.

    Of each list so many as are shown, and one more if there are more.
    """

    round: StoredRound
    framework: Framework
    entered: int
    held: Sequence[StoredSubmission]
    open: Sequence[Case]
    settled: Sequence[Case]
    names: Mapping[str, StoredApplicant]


async def read(
    database: Database, framework: Framework, round_: RoundFacts, who: Principal
) -> Administering:
    """Return what *who*, an administrator, has to decide in the round."""
    first = ("", "")
    asked = Asked(reach_of(who), set_aside="held")
    async with database.reading() as session:
        stored = await rounds.by_id(session, round_.id)
        cohort, _ = await entries.cohort(session, round_.id)
        held = await submissions.page(session, round_.id, 0, MOST + 1, asked)
        wide = await adjudications.page(session, framework, round_, "open", first, MOST + 1)
        settled = await adjudications.page(
            session, framework, round_, "settled", first, SETTLED_SHOWN + 1
        )
        codes = {each.applicant for each in held}
        codes |= {each.said.applicant for each in (*wide, *settled)}
        names = await applicants.some(session, sorted(codes))
    return Administering(stored, framework, len(cohort), held, wide, settled, names)
