"""A form read as a submission: its texts mean what the cells of a table do, in the same words."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from shared.batches.admission import Outcome, admit
from shared.batches.cells import revision
from shared.batches.rows import Cell, Row
from shared.core.errors import Finding, SubmissionRefused
from shared.core.principal import Principal
from shared.scoring.framework import Framework, Measure, MeasureType
from shared.submissions.store import NewSubmission
from shared.submissions.values import Value

CODE = "code-"
NONE = "code."
"""The box that says that none of the codes holds; no code begins with a point."""

SEEN = "revisions"
"""The field that says over what the form was filled, so that what came between is not undone."""

BOTH_SAID = Finding("/value", "not-codes", "The value is a list of codes, or none of them.")
GIVEN = ("as_of", "reference", "comment")
ANY_DAY = "2026-01-01"
DETAIL = "the submission is not as it must be: see errors"


def stated(
    framework: Framework,
    who: Principal,
    request_id: str,
    about: tuple[str, Measure],
    form: Mapping[str, str],
) -> NewSubmission:
    """Return what *form* says *about* an applicant and a measure. Raises: SubmissionRefused."""
    applicant, measure = about
    members: dict[str, Any] = {
        "applicant": applicant,
        "measure": measure.code,
        "confirm": "confirm" in form,
        **{name: form[name] for name in GIVEN if form.get(name)},
    }
    if SEEN in form:
        members["expected_revision"] = _seen(form[SEEN], form.get("as_of", ""))
    if form.get("status") == "withdrawn":
        members["status"] = "withdrawn"
    else:
        members["value"] = _value(measure, form)

    def admitted(members: dict[str, Any]) -> Outcome:
        (outcome,) = admit(framework, who, request_id, [Row(0, None, members)])
        return outcome

    outcome = admitted(members)
    if isinstance(outcome, tuple):
        raise SubmissionRefused(DETAIL, (*outcome, *_beside(outcome, admitted, members)))
    return outcome


def _beside(
    found: tuple[Finding, ...],
    admitted: Callable[[dict[str, Any]], Outcome],
    members: dict[str, Any],
) -> tuple[Finding, ...]:
    """Return what else is wrong where the date is: rows of files are told of that alone.

    Whoever fills in a form is told of all fields at once.
    """
    if any(each.pointer != "/as_of" for each in found):
        return ()
    outcome = admitted(members | {"as_of": ANY_DAY})
    return outcome if isinstance(outcome, tuple) else ()


def revisions_said(revisions: Mapping[date, int]) -> str:
    """Return the text of the field that says which revisions stood when a form was shown."""
    return " ".join(f"{day.isoformat()}={last}" for day, last in revisions.items())


def _seen(said: str, day: str) -> int | str:
    """Return which revision of a *day* a form was filled over; of what was not there, 0."""
    seen = {each: last for each, _, last in (pair.partition("=") for pair in said.split())}
    return revision(seen.get(day, "0"))


def _value(measure: Measure, form: Mapping[str, str]) -> Cell | list[str] | None:
    """Return what is said of the value, None if nothing is: no box ticked is not the empty set.

    Raises: SubmissionRefused where codes are ticked and none of them.
    """
    if measure.type is MeasureType.CODES:
        codes = [name.removeprefix(CODE) for name in form if name.startswith(CODE)]
        if codes and NONE in form:
            raise SubmissionRefused(DETAIL, (BOTH_SAID,))
        return codes if codes or NONE in form else None
    said = form.get("value", "")
    return Cell(said) if said else None


def typed(value: Value) -> dict[str, str]:
    """Return the fields of a form that say *value*."""
    if value is None:
        return {}
    if isinstance(value, list):
        return {f"{CODE}{code}": "on" for code in value} or {NONE: "on"}
    if isinstance(value, bool):
        return {"value": "true" if value else "false"}
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return {"value": str(value)}
