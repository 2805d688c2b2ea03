"""Admitting submissions: what is checked before anything is stored."""

from dataclasses import dataclass

from shared.core.errors import ReporterNotAdmitted, SubmissionRefused
from shared.core.principal import Principal, Role
from shared.scoring.framework import QUANTITIES, AfterSight, Framework, Measure, ReporterKind
from shared.submissions import values as submission
from shared.submissions.drafts.form import Draft
from shared.submissions.plausibility import doubt
from shared.submissions.store import NewSubmission
from shared.submissions.values import Refusal, Value

REPORTERS = {
    Role.SOURCE: ReporterKind.SOURCE,
    Role.PORTAL: ReporterKind.APPLICANT,
    Role.EXPERT: ReporterKind.EXPERT,
}
"""As what each role reports; a portal reports on the applicant's behalf."""

APPLICANT_NOT_REACHED = Refusal(
    "applicant",
    "applicant-not-reached",
    "The key does not reach this applicant.",
    forbidden=True,
)
MEASURE_NOT_REACHED = Refusal(
    "measure", "measure-not-reached", "The key does not reach this measure.", forbidden=True
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds of a *measure* for all that one key says of it, or why it may say nothing."""

    measure: Measure | None
    refusal: Refusal | None
    keeps_blind: bool
    is_quantity: bool


class Admission:
    """Admits what one key says under one framework; the terms of a measure are looked up once."""

    def __init__(self, framework: Framework, principal: Principal, request_id: str) -> None:
        """Check against *framework* and the reach of *principal*; nothing is stored."""
        self._framework, self._principal, self._request_id = framework, principal, request_id
        self._kind = REPORTERS[principal.role]
        self._terms: dict[str, Terms] = {}

    def measure(self, code: str) -> Measure | None:
        """Return the measure of this code; None: there is none."""
        return self._of(code).measure

    def admit(self, draft: Draft, value: Value) -> NewSubmission | Refusal:
        """Check *draft*; *value* is its own, or what its measure reads in a text of a table."""
        who, terms = self._principal, self._of(draft.measure)
        if not who.reaches_applicant(draft.applicant):
            return APPLICANT_NOT_REACHED
        measure = terms.measure
        if terms.refusal is not None or measure is None:
            return terms.refusal or submission.UNKNOWN_MEASURE
        read = submission.of(measure, value, draft.status)
        if isinstance(read, Refusal):
            return read
        if refusal := submission.contradicted(value, draft.obs_status):
            return refusal
        return NewSubmission(  # by position, in an eighth of the time that names take
            draft.applicant,
            draft.measure,
            who.reporter,
            self._kind,
            draft.as_of,
            read,
            draft.reference,
            draft.comment,
            self._request_id,
            terms.keeps_blind,
            draft.expected_revision,
            draft.reported_at,
            draft.obs_status,
            doubt(measure, read.number),
            terms.is_quantity,
            measure.plausible.change,
            who.reporter if draft.confirm else None,
        )

    def _of(self, code: str) -> Terms:
        found = self._terms.get(code)
        if found is None:
            found = self._terms[code] = self._look_up(code)
        return found

    def _look_up(self, code: str) -> Terms:
        measure = self._framework.measures.get(code)
        refusal = _measure_not_reached(self._principal, code)
        if measure is None:
            return Terms(None, refusal, keeps_blind=False, is_quantity=False)
        panel = measure.panel
        return Terms(
            measure,
            refusal or submission.not_admitted(self._kind, measure),
            panel is not None and panel.after_sight is AfterSight.REFUSE,
            measure.type in QUANTITIES,
        )


def not_reached(principal: Principal, applicant: str, measure: str) -> Refusal | None:
    """Say what the key does not reach, if anything."""
    if not principal.reaches_applicant(applicant):
        return APPLICANT_NOT_REACHED
    return _measure_not_reached(principal, measure)


def _measure_not_reached(principal: Principal, measure: str) -> Refusal | None:
    if principal.measures is not None and measure not in principal.measures:
        return MEASURE_NOT_REACHED
    return None


def refused(refusal: Refusal, pointer: str) -> SubmissionRefused | ReporterNotAdmitted:
    """Return *refusal* as the error of a whole request; *pointer* is where its field stands."""
    kind = ReporterNotAdmitted if refusal.forbidden else SubmissionRefused
    return kind(refusal.message, (refusal.finding(pointer),))
