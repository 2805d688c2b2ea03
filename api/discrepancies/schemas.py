"""Discrepancies as the contract shows them."""

from pydantic import Field

from api.http.members import ApplicantRef, Id, MeasureRef, ReporterKind, Unit, UnitName
from api.http.schemas import Date, Items, Name, Schema
from api.submissions.schemas import Value
from shared.discrepancies.store import Discrepancy, StatedValue
from shared.reference import unit_in_words
from shared.scoring.framework import Framework, Measure


class StatementOut(Schema):
    """What a kind of reporter stands by."""

    kind: ReporterKind = Field(description="As what it is reported.")
    value: Value = Field(description="What they say, in the measure's own unit.")
    as_of: Date = Field(description="The date that the value describes.")
    id: Id = Field(description="Of the submission.")

    @classmethod
    def of(cls, statement: StatedValue, measure: Measure) -> "StatementOut":
        """Show *statement* in the measure's own terms."""
        return cls.model_validate(
            {
                "kind": statement.kind,
                "value": statement.reported.value(measure),
                "as_of": statement.as_of,
                "id": statement.id,
            }
        )


class DiscrepancyOut(Schema):
    """One applicant's measure as two kinds of reporters state it."""

    applicant: ApplicantRef
    measure: MeasureRef
    unit: Unit
    unit_name: UnitName
    counted: StatementOut = Field(description="Of the kind that the measure ranks higher.")
    other: StatementOut = Field(description="Of the kind that the measure ranks lower.")
    difference: float | None = Field(
        description="The other's number less the counted one, in the measure's unit; of codes, how"
        " many only one of both has. Null: a category or a flag."
    )
    relative_difference: float | None = Field(
        description="As a share of the counted value. Null: that is 0, or there is no difference"
        " to speak of in numbers."
    )
    tolerance: float | None = Field(
        description="The share that is tolerated. Null: none is declared, and nothing is flagged."
    )
    beyond: bool = Field(description="Whether it is beyond the tolerance.")

    @classmethod
    def of(cls, found: Discrepancy, framework: Framework) -> "DiscrepancyOut":
        """Show *found*."""
        measure = framework.measures[found.measure]
        unit = unit_in_words(measure.unit)
        return cls(
            applicant=found.applicant,
            measure=found.measure,
            unit=measure.unit,
            unit_name=None if unit is None else Name.model_validate(unit),
            counted=StatementOut.of(found.counted, measure),
            other=StatementOut.of(found.other, measure),
            difference=found.difference,
            relative_difference=found.relative,
            tolerance=measure.tolerance,
            beyond=found.beyond,
        )


class DiscrepancyPage(Items[DiscrepancyOut]):
    """A page of discrepancies."""
