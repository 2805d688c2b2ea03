"""Batches as the contract shows them."""

from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from api.answers.codes import ROW_CODES
from api.batches.effects import EffectOut
from api.http.members import (
    ApplicantRef,
    Count,
    Id,
    MeasureRef,
    Pointer,
    ReporterName,
    RequestId,
    Sha256,
    one_of,
    said,
)
from api.http.schemas import PARAMS, Code, Date, Items, Moment, Params, Schema, left_out
from api.submissions.schemas import Remark, SetAside, SubmissionIn, Value
from shared.batches.limits import MOST_ROWS
from shared.batches.slices import MOST_NAMED, Coverage
from shared.batches.store import StoredBatch

Outcome = TypeAliasType(
    "Outcome",
    Annotated[
        Literal["all_committed", "none_committed", "partial"],
        Field(description="What of a file is stored."),
    ],
)
RowResult = TypeAliasType(
    "RowResult",
    Annotated[
        Literal["created", "revised", "unchanged", "rejected"],
        Field(description="What became of a row."),
    ],
)
SliceScope = TypeAliasType(
    "SliceScope",
    Annotated[
        Literal["listed", "number", "entered"],
        Field(description="How a slice says whom it covers."),
    ],
)
RowCode = TypeAliasType(
    "RowCode",
    Annotated[
        str,
        one_of(ROW_CODES),
        Field(
            description="Why a row of a batch is refused. More may be added: take one that you do"
            " not know as a refusal."
        ),
    ],
)
MediaType = Annotated[str, said(maxLength=100)]


Covered = Annotated[int, Field(ge=1, le=MOST_ROWS)]


class SliceIn(Schema):
    """What a batch covers: one measure as of one date, so that what it leaves out is missing."""

    measure: Code = Field(description="The measure that the batch covers.")
    as_of: Date = Field(
        description="The date that it covers the measure as of; the rows have it too."
    )
    applicants: (
        Annotated[list[Code], Field(min_length=1, max_length=MOST_ROWS)]
        | Covered
        | Literal["entered"]
    ) = Field(description="Whom it covers: who they are, how many, or all that are entered.")


class BatchIn(Schema):
    """A batch in JSON, as the contract shows it; `shared.batches` reads it."""

    items: list[SubmissionIn] = Field(
        min_length=1, max_length=MOST_ROWS, description="The rows, one submission each."
    )
    slice: SliceIn | None = Field(
        None,
        description="What the batch covers. Null or left out: it says nothing of what it has no"
        " row of.",
    )


class SliceOut(Schema):
    """What came of the slice that a batch declared."""

    measure: MeasureRef
    as_of: Date = Field(description="The date of the slice.")
    scope: SliceScope = Field(description="How it said whom it covers.")
    covered: Count = Field(description="How many applicants it covers.")
    reported: Count = Field(description="Of how many a row of the batch stands.")
    omitted: Annotated[list[ApplicantRef], Field(max_length=MOST_NAMED)] = Field(
        description=f"Who is covered and has no row: the first {MOST_NAMED}. Of a number nobody"
        " knows who."
    )
    omitted_count: Count = Field(description="How many these are in all.")
    withdrawn: Count = Field(
        description="How many values of earlier dates the batch thereby took back."
    )
    complete: bool = Field(description="Whether all that it covers stands, and no row was refused.")

    @classmethod
    def of(cls, coverage: Coverage) -> "SliceOut":
        """Show *coverage*."""
        fields: dict[str, Any] = {name: getattr(coverage, name) for name in cls.model_fields}
        return cls.model_validate(fields | {"omitted": list(coverage.omitted)})


class RowError(Schema):
    """Why a row was refused."""

    pointer: Pointer = Field(description="JSON pointer (RFC 6901) into the row; empty: all of it.")
    code: RowCode = Field(description="Why; docs/problems.md says what each means.")
    detail: str = Field(description="The same in a sentence of English, for people.")
    params: Params | None = left_out(PARAMS)


class BatchItem(Schema):
    """What became of one row."""

    index: Count = Field(description="Counts from 0.")
    line: Annotated[int, Field(ge=1)] | None = left_out(
        "Where the row begins in the file, from 1; left out for JSON."
    )
    result: RowResult = Field(
        description="`unchanged`: the same value stands already and nothing was added."
    )
    id: Id | None = Field(
        description="Of the submission that stands, or of the number that is held; null where the"
        " row is rejected."
    )
    errors: list[RowError] | None = left_out("Left out unless it is rejected.")
    set_aside: SetAside | None = left_out("Left out where the row counts.")
    warnings: list[Remark] | None = left_out(
        "Left out where nothing was noticed; they change nothing."
    )
    stands: Value | None = Field(
        None,
        description="Of a dry run alone: what the reporter says of the applicant, measure and date"
        " as yet; null: nothing.",
    )


class BatchCounts(Schema):
    """Rows by what became of them; each is counted once."""

    created: Count = Field(
        description="Rows that say something of an applicant, measure and date for the first time."
    )
    revised: Count = Field(description="Rows that replace what the reporter said before.")
    unchanged: Count = Field(description="Rows that say what stands already; nothing was added.")
    rejected: Count = Field(
        description="Also rows that nothing is wrong with, where another kept the file out."
    )


OF_SLICE = "What came of the slice that the batch declared; left out where it declared none."


class BatchReceipt(Schema):
    """What became of a batch, row by row."""

    batch: Id | None = Field(
        description="Its id: the receipt is kept under it. May be given as `wait_for_batch` when"
        " reading the ranking, which then shows all of it. Null of a dry run, which keeps none."
    )
    outcome: Outcome = Field(
        description="What of the file is stored: all of it, nothing, or its good rows alone."
    )
    counts: BatchCounts = Field(description="How many rows became what.")
    greatest_submission: Id | None = Field(
        description="May be given as `wait_for` when reading the ranking: it shows the whole batch."
    )
    slice: SliceOut | None = left_out(OF_SLICE)
    effect: EffectOut | None = Field(
        None,
        description="Of a dry run alone: what would move. Null for who may not see the ranking: an"
        " expert that has marks to give.",
    )
    items: list[BatchItem] = Field(
        description="In the order of the file. With `Prefer: return=minimal` those alone that were"
        " rejected or have warnings."
    )


class BatchOut(Schema):
    """A batch's receipt, without its rows."""

    batch: Id = Field(
        description="The batch's id; may be given as `wait_for_batch` when reading the ranking."
    )
    outcome: Outcome = Field(
        description="What of the file is stored: all of it, nothing, or its good rows alone."
    )
    counts: BatchCounts = Field(description="How many rows became what.")
    greatest_submission: Id | None = Field(
        description="May be given as `wait_for` when reading the ranking. Null: nothing of it"
        " stands."
    )
    format: MediaType = Field(description="The media type that it was sent as.")
    sha256: Sha256 = Field(description="Of the file, unpacked, in hexadecimal.")
    lenient: bool = Field(description="Whether the good rows were to be stored beside bad ones.")
    reporter: ReporterName = Field(description="Who sent it.")
    request_id: RequestId = Field(
        description="Of the request that brought it: logs and audit trail have it too."
    )
    recorded_at: Moment = Field(description="When the receipt was written, with the rows.")
    slice: SliceOut | None = left_out(OF_SLICE)

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
