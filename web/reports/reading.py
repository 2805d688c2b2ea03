"""What the form of one value shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shared.applicants import store as applicants
from shared.applicants.store import StoredApplicant
from shared.core.errors import NotFound
from shared.core.principal import Principal
from shared.database import Database
from shared.panels import store as panels
from shared.rounds import store as rounds
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework, Measure
from shared.submissions import known_store as stood
from shared.submissions import list_store as submissions
from shared.submissions.admission import REPORTERS, not_reached, refused
from shared.submissions.known_store import Known
from shared.submissions.list_store import Asked, Reach, StoredSubmission
from shared.submissions.values import not_admitted
from web.work.marking import own_measures


@dataclass(frozen=True, slots=True)
class Report:
    """One applicant's measure as a reporter sees it.

    *own* is what it said that stands, *held* what it said that awaits confirmation; None: nothing.
    *revisions* has the last one of each date that it ever said anything of.
    """

    round: RoundFacts
    state: str
    framework: Framework
    applicant: StoredApplicant
    measure: Measure
    own: StoredSubmission | None
    held: StoredSubmission | None
    revisions: Mapping[date, int]

    @property
    def marks(self) -> bool:
        """Whether it is an expert's mark."""
        return self.measure.panel is not None


async def read(
    database: Database,
    framework: Framework,
    round_: RoundFacts,
    who: Principal,
    about: tuple[str, str],
) -> Report:
    """Read what *who* said, and may say, *about* an applicant and a measure.

    Raises: NotFound, ReporterNotAdmitted.
    """
    code, measure_code = about
    measure = framework.measures.get(measure_code)
    if measure is None:
        raise NotFound(f"the framework has no measure {measure_code}")
    if refusal := not_reached(who, code, measure_code) or not_admitted(
        REPORTERS[who.role], measure
    ):
        raise refused(refusal, f"/path/{refusal.field}")
    known = Known(round_.reference_date, None, code, measure_code, who.name)
    awaiting = Asked(Reach(), code, measure_code, "held", reporter=who.name)
    async with database.reading() as session:
        applicant = await applicants.get(session, code)
        state = await rounds.state(session, round_.id)
        own = await stood.page(session, round_.id, None, 1, known)
        held = await submissions.page(session, round_.id, 0, 1, awaiting)
        revisions = await stood.revisions(session, round_.id, code, measure_code, who.reporter)
    return Report(
        round_,
        state,
        framework,
        applicant,
        measure,
        own[0] if own else None,
        held[0] if held else None,
        revisions,
    )


async def next_to_mark(database: Database, found: Report, who: Principal) -> str | None:
    """Return what else *who*, an expert, has to mark of the applicant; None: nothing."""
    codes = [each.code for each in own_measures(found.framework, who)]
    about = [found.applicant.code]
    async with database.reading() as session:
        missing = await panels.outstanding(
            session, found.round.id, who.reporter, about, codes, len(codes)
        )
    left = {measure for _, measure in missing}
    return next((code for code in codes if code in left), None)
