"""What the forms of an administrator are about."""

from shared.adjudications import service as adjudications
from shared.adjudications.service import Case
from shared.applicants import store as applicants
from shared.applicants.store import StoredApplicant
from shared.core.errors import NotFound, NotHeld
from shared.core.principal import Principal
from shared.database import Database
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework, Measure
from shared.submissions import list_store as submissions
from shared.submissions.admission import not_reached, refused
from shared.submissions.list_store import Asked, StoredSubmission
from shared.visibility import reach_of


async def held(
    database: Database,
    framework: Framework,
    round_: RoundFacts,
    who: Principal,
    submission: int,
) -> tuple[StoredApplicant, Measure, StoredSubmission]:
    """Return what awaits confirmation under an id. Raises: NotFound, NotHeld."""
    asked = Asked(reach_of(who), set_aside="held")
    async with database.reading() as session:
        found = await submissions.page(session, round_.id, submission - 1, 1, asked)
        if not found or found[0].id != submission:
            if not await submissions.exists(session, round_.id, submission):
                raise NotFound(f"the round has no submission {submission}")
            raise NotHeld(f"submission {submission} counts, or something else was said since")
        applicant = await applicants.get(session, found[0].applicant)
    return applicant, framework.measures[found[0].measure], found[0]


async def panel(
    database: Database,
    framework: Framework,
    round_: RoundFacts,
    who: Principal,
    about: tuple[str, str],
) -> tuple[StoredApplicant, Measure, Case | None]:
    """Return what a panel says *about* an applicant and a measure, None where it says nothing.

    Raises: NotFound, ReporterNotAdmitted where the key of *who* does not reach that.
    """
    applicant, measure = about
    if refusal := not_reached(who, applicant, measure):
        raise refused(refusal, f"/path/{refusal.field}")
    known = framework.measures.get(measure)
    if known is None or known.panel is None:
        raise NotFound(f"no panel marks {measure}")
    async with database.reading() as session:
        stored = await applicants.get(session, applicant)
        case = await adjudications.of_one(session, framework, round_, applicant, measure)
    return stored, known, case
