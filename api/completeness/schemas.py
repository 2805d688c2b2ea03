"""Completeness as the contract shows it."""

from typing import Annotated

from pydantic import Field

from api.batches.schemas import SliceOut
from api.http.members import ApplicantRef, Count, Id, MeasureRef, ReporterKind, ReporterName
from api.http.schemas import Date, Items, Moment, Schema
from shared.completeness.store import MOST_NAMED, LastSlice, Line


class LastSliceOut(SliceOut):
    """The slice of the greatest date that a reporter declared of a measure."""

    batch: Id = Field(description="The batch that declared it.")
    recorded_at: Moment = Field(description="When that batch was stored.")

    @classmethod
    def last(cls, found: LastSlice) -> "LastSliceOut":
        """Show *found*."""
        own = {"batch": found.batch, "recorded_at": found.recorded_at}
        return cls.model_validate(dict(SliceOut.of(found.coverage)) | own)


class CompletenessOut(Schema):
    """Of whom a reporter has said a measure, or all of them together."""

    measure: MeasureRef
    reporter: ReporterName | None = Field(
        description="Null: everybody together. Such a line there is of every measure, whether"
        " anybody reported it or not."
    )
    kind: ReporterKind | None = Field(
        description="As what the reporter reports; null: everybody together."
    )
    expected: Count = Field(
        description="Entered applicants that the key reaches; of a reporter of the kind"
        " `applicant` those of them of whom it has ever said the measure."
    )
    counted: Count = Field(
        description="Of how many of them a value counts on the reference date. Of a panel's measure"
        " everybody together has given enough marks, or the line is adjudicated."
    )
    lacking: Annotated[list[ApplicantRef], Field(max_length=MOST_NAMED)] = Field(
        description=f"Who has none: the first {MOST_NAMED}."
    )
    lacking_count: Count = Field(description="How many have none.")
    stopped: Annotated[list[ApplicantRef], Field(max_length=MOST_NAMED)] = Field(
        description=f"Who of these had one that was taken back, by a row or by a slice that left"
        f" it out: the first {MOST_NAMED}."
    )
    stopped_count: Count = Field(description="How many these are.")
    latest_as_of: Date | None = Field(description="The greatest date of a value that counts.")
    oldest_as_of: Date | None = Field(description="The smallest.")
    last_recorded_at: Moment | None = Field(description="When the last word came. Null: none did.")
    slice: LastSliceOut | None = Field(
        description="The reporter's declared slice of the greatest date. Null: there is none, or"
        " its receipt is not for the key."
    )

    @classmethod
    def of(cls, line: Line, reporter: str | None, last: LastSlice | None) -> "CompletenessOut":
        """Show *line* under the name of the *reporter*, with its *last* slice."""
        kept = ("expected", "counted", "lacking_count", "stopped_count", "latest_as_of")
        own = {
            "measure": line.measure,
            "reporter": reporter,
            "kind": line.kind,
            "lacking": list(line.lacking),
            "stopped": list(line.stopped),
            "oldest_as_of": line.oldest_as_of,
            "last_recorded_at": line.last_recorded_at,
            "slice": None if last is None else LastSliceOut.last(last),
        }
        return cls.model_validate({name: getattr(line, name) for name in kept} | own)


class CompletenessPage(Items[CompletenessOut]):
    """A page of completeness."""
