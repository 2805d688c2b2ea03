"""What an administrator's forms say, read; each refused in the interface's own words."""

from collections.abc import Mapping

from shared.adjudications.service import Adjudication
from shared.batches.cells import interpret
from shared.batches.rows import Cell
from shared.core.errors import Finding, Invalid, NotFound, SubmissionRefused
from shared.scoring.framework import Measure
from shared.submissions.drafts.exact import NOT_EXACT, Inexact
from shared.submissions.drafts.form import FORM
from shared.submissions.values import Refusal
from web.texts import DETAIL, reason

STATES = ("accepted", "withdrawn")


def entry_of(sent: Mapping[str, str]) -> tuple[str, str]:
    """Return an applicant's code and the state that its entry is to have. Raises: Invalid."""
    code, state = sent.get("applicant", ""), sent.get("state", "")
    if (fault := FORM["applicant"](code)) is not None:
        raise Invalid(DETAIL, (Finding("/applicant", *fault),))
    if state not in STATES:
        message = f"This is one of: {', '.join(STATES)}."
        raise Invalid(DETAIL, (Finding("/state", "literal-error", message),))
    return code, state


def adjudication_of(
    applicant: str, measure: Measure | None, sent: Mapping[str, str]
) -> Adjudication:
    """Return how a panel's line is settled, or left to the panel again.

    Raises: NotFound, Invalid, SubmissionRefused.
    """
    if measure is None:
        raise NotFound("the framework has no such measure")
    value = None if "lift" in sent else _number(measure, sent.get("value", ""))
    return Adjudication(applicant, measure.code, value, reason(sent))


def _number(measure: Measure, said: str) -> float:
    if not said:
        raise Invalid(DETAIL, (Finding("/value", "missing", "This is missing."),))
    value = interpret(measure, Cell(said))
    if isinstance(value, Inexact):
        raise SubmissionRefused(DETAIL, (Finding("/value", *NOT_EXACT),))
    if isinstance(value, Refusal):
        raise SubmissionRefused(value.message, (value.finding(),))
    if not isinstance(value, int | float):
        raise Invalid(DETAIL, (Finding("/value", "not-a-number", "The value is a number."),))
    return float(value)
