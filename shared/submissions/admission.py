"""Admitting submissions: what is checked before anything is stored."""

from shared.core.errors import ReporterNotAdmitted, SubmissionRefused
from shared.core.principal import Principal, Role
from shared.scoring.framework import QUANTITIES, AfterSight, Framework, ReporterKind
from shared.submissions import values as submission
from shared.submissions.drafts.form import Draft
from shared.submissions.plausibility import doubt
from shared.submissions.store import NewSubmission
from shared.submissions.values import Refusal

REPORTERS = {
    Role.SOURCE: ReporterKind.SOURCE,
    Role.PORTAL: ReporterKind.APPLICANT,
    Role.EXPERT: ReporterKind.EXPERT,
}
"""As what each role reports; a portal reports on the applicant's behalf."""


def admit(
    framework: Framework, principal: Principal, draft: Draft, request_id: str
) -> NewSubmission | Refusal:
    """Check *draft* against the framework and the key's reach; nothing is stored yet."""
    if refusal := not_reached(principal, draft.applicant, draft.measure):
        return refusal
    kind = REPORTERS[principal.role]
    read = submission.read(framework, kind, draft.measure, draft.value, draft.status)
    if isinstance(read, Refusal):
        return read
    if refusal := submission.contradicted(draft.value, draft.obs_status):
        return refusal
    measure = framework.measures[draft.measure]
    panel = measure.panel
    return NewSubmission(  # by position, in an eighth of the time that names take
        draft.applicant,
        draft.measure,
        principal.reporter,
        kind,
        draft.as_of,
        read,
        draft.reference,
        draft.comment,
        request_id,
        panel is not None and panel.after_sight is AfterSight.REFUSE,
        draft.expected_revision,
        draft.reported_at,
        draft.obs_status,
        doubt(measure, read.number),
        measure.type in QUANTITIES,
        measure.plausible.change,
        principal.reporter if draft.confirm else None,
    )


def not_reached(principal: Principal, applicant: str, measure: str) -> Refusal | None:
    """Say what the key does not reach, if anything."""
    if not principal.reaches_applicant(applicant):
        message = "The key does not reach this applicant."
        return Refusal("applicant", "applicant-not-reached", message, forbidden=True)
    if principal.measures is not None and measure not in principal.measures:
        message = "The key does not reach this measure."
        return Refusal("measure", "measure-not-reached", message, forbidden=True)
    return None


def refused(refusal: Refusal, pointer: str) -> SubmissionRefused | ReporterNotAdmitted:
    """Return *refusal* as the error of a whole request; *pointer* is where its field stands."""
    kind = ReporterNotAdmitted if refusal.forbidden else SubmissionRefused
    return kind(refusal.message, (refusal.finding(pointer),))
