"""Where reporters differ, and how indicators behave; docs/diagnostics.md says what each means."""

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import Date, Items, Kind, Points, Schema, Share
from api.schemas.frameworks import WarningOut
from api.schemas.scores import Freshened
from api.schemas.submissions import Value
from shared.diagnostics import model as diagnostics
from shared.diagnostics.service import Diagnosis
from shared.discrepancies.store import Discrepancy, Statement
from shared.scoring.framework import Framework, Measure
from shared.scoring.points import in_points

Correlation = Annotated[float, Field(ge=-1, le=1)]
ReporterKind = Literal["source", "applicant", "expert"]


class StatementOut(Schema):
    """What a kind of reporter stands by."""

    kind: ReporterKind
    value: Value
    as_of: Date
    id: int = Field(description="Of the submission.")

    @classmethod
    def of(cls, statement: Statement, measure: Measure) -> "StatementOut":
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

    applicant: str
    measure: str
    unit: str
    counted: StatementOut = Field(description="Of the kind that the measure ranks higher.")
    other: StatementOut
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
        return cls(
            applicant=found.applicant,
            measure=found.measure,
            unit=measure.unit,
            counted=StatementOut.of(found.counted, measure),
            other=StatementOut.of(found.other, measure),
            difference=found.difference,
            relative_difference=found.relative,
            tolerance=measure.tolerance,
            beyond=found.beyond,
        )


class DiscrepancyPage(Items[DiscrepancyOut]):
    """A page of discrepancies."""


class LeverageOut(Schema):
    """What one applicant does to the others' points by being in their cohort."""

    applicant: str
    mean_change: Points = Field(description="Of the others' points without it, on average.")
    greatest_change: Points


class BehaviourOut(Schema):
    """One indicator in one cohort."""

    indicator: str
    reported: int = Field(description="How many applicants have a value.")
    coverage: Share = Field(description="The share of the cohort that they are.")
    flat: bool = Field(description="At least two have a value, and all the same.")
    rank_correlation: Correlation | None = Field(
        description="Spearman's, of the indicator's share with the total. Null: undefined."
    )
    best: LeverageOut | None = Field(
        description="Of who has the best value. Null: the scale does not depend on the cohort, or"
        " fewer than two have a value."
    )
    worst: LeverageOut | None


class RedundancyOut(Schema):
    """Two indicators that order the applicants almost alike, or almost the opposite way."""

    indicators: tuple[str, str]
    rank_correlation: Correlation
    applicants: int = Field(description="How many have a value of both.")


class CohortOut(Schema):
    """How the indicators behave among the applicants of one kind."""

    kind: Kind
    size: int
    indicators: list[BehaviourOut]
    redundant: list[RedundancyOut]


class UncoveredOut(Schema):
    """An applicant of whom little is known."""

    applicant: str
    kind: Kind
    coverage: Share
    missing: list[str] = Field(description="The indicators without a value.")


class CoverageOut(Schema):
    """How the applicants' coverage is spread; null where nobody has a score."""

    min: Share | None
    median: Share | None
    max: Share | None
    lowest: list[UncoveredOut] = Field(
        description=f"The {diagnostics.LOWEST} with the least of it, if anything is missing."
    )


class DiagnosticsOut(Freshened):
    """How the indicators behaved in the last run, and what deserves a look."""

    warnings: list[WarningOut] = Field(description="Of the round as it now is.")
    cohorts: list[CohortOut]
    coverage: CoverageOut


def cohorts(diagnosis: Diagnosis, framework: Framework) -> list[CohortOut]:
    """Show every cohort, in order of kind."""
    codes = [each.code for each in framework.indicators]

    def leverage(found: diagnostics.Leverage | None) -> LeverageOut | None:
        if found is None:
            return None
        return LeverageOut(
            applicant=diagnosis.applicants[found.applicant],
            mean_change=in_points(framework, found.mean),
            greatest_change=in_points(framework, found.greatest),
        )

    return [
        CohortOut(
            kind="county" if kind == "county" else "park",
            size=cohort.size,
            indicators=[
                BehaviourOut(
                    indicator=code,
                    reported=behaviour.reported,
                    coverage=behaviour.reported / cohort.size,
                    flat=behaviour.flat,
                    rank_correlation=behaviour.correlation,
                    best=leverage(behaviour.best),
                    worst=leverage(behaviour.worst),
                )
                for code, behaviour in zip(codes, cohort.indicators, strict=True)
            ],
            redundant=[
                RedundancyOut(
                    indicators=(codes[pair.first], codes[pair.second]),
                    rank_correlation=pair.correlation,
                    applicants=pair.applicants,
                )
                for pair in cohort.redundant
            ],
        )
        for kind, cohort in diagnosis.cohorts.items()
    ]


def coverage(diagnosis: Diagnosis) -> CoverageOut:
    """Show how coverage is spread."""
    return CoverageOut(
        min=diagnosis.coverage.least,
        median=diagnosis.coverage.median,
        max=diagnosis.coverage.greatest,
        lowest=[
            UncoveredOut(
                applicant=each.applicant,
                kind="county" if each.kind == "county" else "park",
                coverage=each.coverage,
                missing=each.missing,
            )
            for each in diagnosis.lowest
        ],
    )
