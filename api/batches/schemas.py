"""Batches as the contract shows them."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.batches.effects import EffectOut
from api.http.schemas import PARAMS, Code, Date, Items, Moment, Params, Schema
from api.submissions.schemas import Remark, SetAside, SubmissionIn, Value
from shared.batches.limits import MOST_ROWS
from shared.batches.slices import MOST_NAMED, Coverage
from shared.batches.store import StoredBatch

Outcome = Literal["all_committed", "none_committed", "partial"]
Result = Literal["created", "revised", "unchanged", "rejected"]


Covered = Annotated[int, Field(ge=1, le=MOST_ROWS)]


class SliceIn(Schema):
    """What a batch covers: one measure as of one date, so that what it leaves out is missing."""

    measure: Code
    as_of: Date
    applicants: (
        Annotated[list[Code], Field(min_length=1, max_length=MOST_ROWS)]
        | Covered
        | Literal["entered"]
    ) = Field(description="Whom it covers: who they are, how many, or all that are entered.")


class BatchIn(Schema):
    """A batch in JSON, as the contract shows it; `shared.batches` reads it."""

    items: list[SubmissionIn] = Field(min_length=1, max_length=MOST_ROWS)
    slice: SliceIn | None = None


class SliceOut(Schema):
    """What came of the slice that a batch declared."""

    measure: str
    as_of: Date
    scope: Literal["listed", "number", "entered"] = Field(description="How it said whom it covers.")
    covered: int = Field(description="How many applicants it covers.")
    reported: int = Field(description="Of how many a row of the batch stands.")
    omitted: list[str] = Field(
        description=f"Who is covered and has no row: the first {MOST_NAMED}. Of a number nobody"
        " knows who."
    )
    omitted_count: int = Field(description="How many these are in all.")
    withdrawn: int = Field(
        description="How many values of earlier dates the batch thereby took back."
    )
    complete: bool = Field(description="Whether all that it covers stands, and no row was refused.")

    @classmethod
    def of(cls, coverage: Coverage) -> "SliceOut":
        """Show *coverage*."""
        fields: dict[str, Any] = {name: getattr(coverage, name) for name in cls.model_fields}
        return cls.model_validate(fields | {"omitted": list(coverage.omitted)})


ROW_CODES = (
    "missing",
    "unknown-member",
    "not-an-object",
    "not-json",
    "member-twice",
    "row-too-long",
    "wrong-number-of-fields",
    "unknown-action",
    "not-a-code",
    "not-a-date",
    "date-order",
    "unknown-status",
    "not-a-text",
    "too-long",
    "text-unwritable",
    "unknown-applicant",
    "unknown-measure",
    "applicant-not-reached",
    "measure-not-reached",
    "reporter-not-admitted",
    "value-missing",
    "withdrawn-with-value",
    "not-a-value",
    "not-a-revision",
    "not-a-moment",
    "unknown-obs-status",
    "value-with-missing",
    "number-not-exact",
    "formula",
    "grouped-digits",
    "decimal-comma",
    "exponent",
    "space-around",
    "foreign-digits",
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
    "stale-revision",
    "repeated-row",
    "outside-slice",
    "not-committed",
)
"""Why a row of a batch is refused; docs/problems.md says what each means."""


class RowError(Schema):
    """Why a row was refused."""

    pointer: str = Field(description="JSON pointer (RFC 6901) into the row; empty: all of it.")
    code: str = Field(
        description="Stable; docs/problems.md says what each means.",
        json_schema_extra={"x-extensible-enum": list(ROW_CODES)},
    )
    detail: str
    params: Params | None = Field(None, description=PARAMS)


class BatchItem(Schema):
    """What became of one row."""

    index: int = Field(description="Counts from 0.")
    line: int | None = Field(
        None, description="Where the row begins in the file, from 1; left out for JSON."
    )
    result: Result = Field(
        description="`unchanged`: the same value stands already and nothing was added."
    )
    id: int | None = Field(
        description="Of the submission that stands, or of the number that is held; null where the"
        " row is rejected."
    )
    errors: list[RowError] | None = Field(None, description="Left out unless it is rejected.")
    set_aside: SetAside | None = Field(None, description="Left out where the row counts.")
    warnings: list[Remark] | None = Field(
        None, description="Left out where nothing was noticed; they change nothing."
    )
    stands: Value | None = Field(
        None,
        description="Of a dry run alone: what the reporter says of the applicant, measure and date"
        " as yet; null: nothing.",
    )


class BatchCounts(Schema):
    """Rows by what became of them; each is counted once."""

    created: int
    revised: int
    unchanged: int
    rejected: int = Field(
        description="Also rows that nothing is wrong with, where another kept the file out."
    )


OF_SLICE = "What came of the slice that the batch declared; left out where it declared none."


class BatchReceipt(Schema):
    """What became of a batch, row by row."""

    batch: int | None = Field(
        description="Its id: the receipt is kept under it. May be given as `wait_for_batch` when"
        " reading the ranking, which then shows all of it. Null of a dry run, which keeps none."
    )
    outcome: Outcome
    counts: BatchCounts
    greatest_submission: int | None = Field(
        description="May be given as `wait_for` when reading the ranking: it shows the whole batch."
    )
    slice: SliceOut | None = Field(None, description=OF_SLICE)
    effect: EffectOut | None = Field(
        None,
        description="Of a dry run alone: what would move. Null for who may not see the ranking: an"
        " expert that has marks to give.",
    )
    items: list[BatchItem] = Field(
        description="In the order of the file. With `Prefer: return=minimal` the rejected alone."
    )


class BatchOut(Schema):
    """A batch's receipt, without its rows."""

    batch: int
    outcome: Outcome
    counts: BatchCounts
    greatest_submission: int | None
    format: str = Field(description="The media type that it was sent as.")
    sha256: str = Field(description="Of the file, unpacked, in hexadecimal.")
    lenient: bool
    reporter: str
    request_id: str
    recorded_at: Moment
    slice: SliceOut | None = Field(None, description=OF_SLICE)

    @classmethod
    def of(cls, stored: StoredBatch, coverage: Coverage | None) -> "BatchOut":
        """Show *stored*, with what came of its slice if it declared one."""
        return cls(
            batch=stored.id,
            outcome=stored.outcome,  # type: ignore[arg-type]
            counts=BatchCounts(
                created=stored.created,
                revised=stored.revised,
                unchanged=stored.unchanged,
                rejected=stored.rejected,
            ),
            greatest_submission=stored.greatest_submission,
            format=stored.format,
            sha256=stored.sha256,
            lenient=stored.lenient,
            reporter=stored.reporter_name,
            request_id=stored.request_id,
            recorded_at=stored.recorded_at,
            **({} if coverage is None else {"slice": SliceOut.of(coverage)}),
        )


class BatchPage(Items[BatchOut]):
    """A page of receipts."""


class BatchItemPage(Items[BatchItem]):
    """A page of a batch's rows."""
