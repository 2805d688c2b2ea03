"""Submissions, one or many."""

from typing import Annotated, Literal

from pydantic import Field

from api.http.schemas import WHOLE, Code, Date, Items, Moment, Schema, Text, Word, one_finding
from shared.scoring.framework import Framework
from shared.submissions.admission import Draft
from shared.submissions.list_store import StoredSubmission

Value = Annotated[
    bool | float | Word | list[Word] | None,
    one_finding("not-a-value", "A value is a number, true or false, a text or a list of texts."),
]


class SubmissionIn(Schema):
    """One value of one measure for one applicant, as of one date."""

    applicant: Code
    measure: Code
    value: Value = Field(
        description="In the measure's own unit: a number of at most 15 significant digits, true or"
        " false, a category, or a list of codes. Null takes a value back.",
    )
    as_of: Date = Field(description="The date that the value describes.")
    status: Literal["reported", "withdrawn"] = "reported"
    reference: Text | None = Field(
        None,
        description="Where the figure is from: document and page, or register and date.",
        examples=["Monthly register, July 2023"],
    )
    comment: Text | None = None
    expected_revision: Annotated[int, Field(ge=0, lt=10**9), WHOLE] | None = Field(
        None,
        description="The revision of this applicant, measure and date that must stand, 0 for none:"
        " so that a request which is repeated late does not undo a correction.",
    )

    def to_domain(self) -> Draft:
        """Return what is submitted."""
        return Draft(
            self.applicant,
            self.measure,
            self.value,
            self.as_of,
            self.status,
            self.reference,
            self.comment,
            self.expected_revision,
        )


Result = Literal["created", "revised", "unchanged"]


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

    @classmethod
    def of(cls, stored: StoredSubmission, framework: Framework, reporter: str) -> "SubmissionOut":
        """Show *stored* in the measure's own terms, under the name that the reader may see."""
        shown = {name: getattr(stored, name) for name in cls.model_fields if name != "value"}
        value = stored.reported.value(framework.measures[stored.measure])
        return cls.model_validate(shown | {"value": value, "reporter": reporter})


class SubmissionPage(Items[SubmissionOut]):
    """A page of submissions."""
