"""Submissions, one or many."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.http.schemas import (
    Code,
    Date,
    Items,
    Line,
    Moment,
    Schema,
    Text,
    Word,
    one_finding,
)
from shared.core.moments import MOMENT
from shared.scoring.framework import Framework
from shared.submissions import remarks
from shared.submissions.list_store import StoredSubmission
from shared.submissions.values import OBS_STATUSES

Value = Annotated[
    bool | float | Word | list[Word] | None,
    one_finding("not-a-value", "A value is a number, true or false, a text or a list of texts."),
]


ZonedMoment = Annotated[datetime, Field(json_schema_extra={"pattern": f"^{MOMENT.pattern}$"})]
ObsStatus = Annotated[str, Field(json_schema_extra={"enum": sorted(OBS_STATUSES)})]


class SubmissionIn(Schema):
    """One value of one measure for one applicant, as of one date.

    As the contract shows it; `shared.submissions.drafts` reads it.
    """

    applicant: Code
    measure: Code
    value: Value = Field(
        description="In the measure's own unit: a number that a double says again, true or false,"
        " a category, or a list of codes. Null takes a value back.",
    )
    as_of: Date = Field(description="The date that the value describes.")
    status: Literal["reported", "withdrawn"] = "reported"
    reference: Text | None = Field(
        None,
        description="Where the figure is from: document and page, or register and date.",
        examples=["Monthly register, July 2023"],
    )
    comment: Text | None = None
    expected_revision: Annotated[int, Field(ge=0, lt=10**9)] | None = Field(
        None,
        description="The revision of this applicant, measure and date that must stand, 0 for none:"
        " so that a request which is repeated late does not undo a correction.",
    )

    reported_at: ZonedMoment | None = Field(
        None,
        description="The source's own moment. What is older than what stands of the same applicant,"
        " measure and date is kept and does not count.",
        examples=["2026-06-30T23:00:00+08:00"],
    )
    obs_status: ObsStatus | None = Field(
        None,
        description="SDMX's remark on the value (CL_OBS_STATUS): `P` is provisional. It is kept and"
        " given back, and changes no score.",
        examples=["A"],
    )
    confirm: bool = Field(
        default=False,
        description="The number holds although it is implausible: it was held before and counts.",
    )


Result = Literal["created", "revised", "unchanged"]


class Remark(Schema):
    """What is noticed about a submission that was taken; it changes nothing."""

    pointer: str = Field(description="JSON pointer (RFC 6901) into the submission.")
    code: str = Field(
        description="Stable; docs/problems.md says what each means.",
        json_schema_extra={"x-extensible-enum": list(remarks.CODES)},
    )
    detail: str


SetAside = Annotated[
    str,
    Field(
        description="Why it does not count, and what counted before goes on counting: `superseded`,"
        " the source said something later; others, the number is held until it is confirmed. Null:"
        " it counts, unless something later does.",
        json_schema_extra={"x-extensible-enum": list(remarks.REASONS)},
    ),
]


class SubmissionReceipt(Schema):
    """What became of a submission."""

    id: int = Field(description="May be given as `wait_for` when reading the ranking.")
    result: Result = Field(
        description="`unchanged`: the same value stands already and no row was added."
    )
    round: str
    applicant: str
    measure: str
    as_of: Date
    set_aside: SetAside | None
    warnings: list[Remark]


class ConfirmationIn(Schema):
    """Lets a held number count, in the name of its reporter."""

    reason: Line = Field(description="Kept in the audit event.")


class SubmissionOut(Schema):
    """A submission as recorded; it never changes."""

    id: int
    applicant: str
    measure: str
    value: Value
    as_of: Date
    status: Literal["reported", "withdrawn"]
    revision: int = Field(description="Counts what the reporter said of this date, from 1.")
    reporter: str = Field(
        description="An expert has a pseudonym, the same within a round, and whoever adjudicates is"
        " called `adjudicator`; administrators, auditors and the reporter itself see the name."
    )
    kind: Literal["source", "applicant", "expert", "adjudicator"]
    reference: str | None
    comment: str | None
    recorded_at: Moment
    reported_at: Moment | None
    obs_status: str | None
    set_aside: SetAside | None
    confirmed_by: Literal["reporter", "administrator"] | None = Field(
        description="Who says that an implausible number holds; the audit trail has the name."
    )

    @classmethod
    def of(cls, stored: StoredSubmission, framework: Framework, reporter: str) -> "SubmissionOut":
        """Show *stored* in the measure's own terms, under the name that the reader may see."""
        shown = {name: getattr(stored, name) for name in cls.model_fields if name != "value"}
        shown |= {
            "value": stored.reported.value(framework.measures[stored.measure]),
            "reporter": reporter,
            "confirmed_by": _confirmer(stored),
        }
        return cls.model_validate(shown)


def _confirmer(stored: StoredSubmission) -> str | None:
    if stored.confirmed_by is None:
        return None
    return "reporter" if stored.confirmed_by == stored.reporter else "administrator"


class SubmissionPage(Items[SubmissionOut]):
    """A page of submissions."""
