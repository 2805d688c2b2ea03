"""Submissions, one or many."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.http.problems import MOST_FINDINGS
from api.http.schemas import Code, Date, Items, Moment, Schema, Text, Word, one_finding
from shared.scoring.framework import Framework
from shared.submissions.admission import Draft
from shared.submissions.service import MOST_ROWS
from shared.submissions.store import StoredSubmission

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


class BatchIn(Schema):
    """Many submissions in one request. Each row is taken or refused for itself."""

    items: list[Any] = Field(
        min_length=1,
        max_length=MOST_ROWS,
        json_schema_extra={"items": {"$ref": "#/components/schemas/SubmissionIn"}},
    )


ROW_CODES = (
    "unknown-applicant",
    "unknown-measure",
    "applicant-not-reached",
    "measure-not-reached",
    "reporter-not-admitted",
    "value-missing",
    "withdrawn-with-value",
    "not-a-number",
    "not-finite",
    "not-whole",
    "below-range",
    "above-range",
    "not-a-flag",
    "unknown-category",
    "not-codes",
    "unknown-code",
    "repeated-code",
    "conflict-of-interest",
    "revised-after-sight",
    "repeated-row",
)
"""Why a row of a batch is refused, besides its form; docs/problems.md says what each means."""


class ItemError(Schema):
    """Why a row was refused."""

    pointer: str = Field(description="JSON pointer (RFC 6901) into the request's body.")
    code: str = Field(
        description="Stable. Beside these, the codes of a row's form, as in `/problems/invalid`:"
        " `missing`, `extra-forbidden`, `string-pattern-mismatch`, `not-a-date` and so on.",
        json_schema_extra={"x-extensible-enum": list(ROW_CODES)},
    )
    detail: str


class BatchItem(Schema):
    """What became of one row; *index* counts from 0."""

    index: int
    result: Literal["created", "revised", "unchanged", "rejected"]
    id: int | None
    errors: list[ItemError] | None = None


class BatchReceipt(Schema):
    """What became of a batch, row by row."""

    outcome: Literal["accepted", "partial", "rejected"]
    counts: dict[str, int] = Field(description="Rows by result.")
    items: list[BatchItem]
    errors_left_out: int = Field(
        description=f"Errors beyond the first {MOST_FINDINGS}, which `items` do not name."
    )


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
