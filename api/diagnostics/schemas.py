"""Where reporters differ, and how indicators behave; docs/diagnostics.md says what each means."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from api.frameworks.schemas import WarningOut
from api.http.members import ApplicantRef, Count, IndicatorRef, OfCohort
from api.http.schemas import Points, Schema, Share
from api.rankings.schemas import Freshened
from shared.diagnostics import model as diagnostics
from shared.diagnostics.model import CohortBehaviour
from shared.diagnostics.service import Diagnosis
from shared.scoring.framework import Framework
from shared.scoring.points import in_points

Correlation = Annotated[float, Field(ge=-1, le=1)]


class LeverageOut(Schema):
    """What one applicant does to the others' points by being in their cohort."""

    applicant: ApplicantRef
    mean_change: Points = Field(description="Of the others' points without it, on average.")
    greatest_change: Points = Field(description="The greatest change of any one of them.")


class BehaviourOut(Schema):
    """One indicator in one cohort."""

    indicator: IndicatorRef
    reported: Count = Field(description="How many applicants have a value.")
    coverage: Share = Field(description="The share of the cohort that they are.")
    flat: bool = Field(description="At least two have a value, and all the same.")
    rank_correlation: Correlation | None = Field(
        description="Spearman's, of the indicator's share with the total. Null: undefined."
    )
    best: LeverageOut | None = Field(
        description="Of who has the best value. Null: the scale does not depend on the cohort, or"
        " fewer than two have a value."
    )
    worst: LeverageOut | None = Field(description="Of who has the worst value. Null as for `best`.")


class RedundancyOut(Schema):
    """Two indicators that order the applicants almost alike, or almost the opposite way."""

    indicators: Annotated[list[IndicatorRef], Field(min_length=2, max_length=2)] = Field(
        description="The two, in the framework's order."
    )
    rank_correlation: Correlation = Field(
        description="Spearman's, of the shares of both, among those who have both."
    )
    applicants: Count = Field(description="How many have a value of both.")


class CohortDiagnosticsOut(Schema):
    """How the indicators behave among the applicants of one kind."""

    kind: OfCohort
    size: Count = Field(description="How many applicants the cohort has.")
    indicators: list[BehaviourOut] = Field(description="Every indicator, in the framework's order.")
    redundant: Annotated[list[RedundancyOut], Field(max_length=diagnostics.MOST_REDUNDANT)] = Field(
        description=f"The first {diagnostics.MOST_REDUNDANT} in the framework's order."
    )


class UncoveredOut(Schema):
    """An applicant of whom little is known."""

    applicant: ApplicantRef
    kind: OfCohort
    coverage: Share = Field(description="Points of its indicators with a value, of all points.")
    missing: list[IndicatorRef] = Field(description="The indicators without a value.")


class CoverageOut(Schema):
    """How the applicants' coverage is spread; null where nobody has a score."""

    min: Share | None = Field(description="The least of anybody; null: nobody has a score.")
    median: Share | None = Field(
        description="Half of the applicants have as much or more; null: nobody has a score."
    )
    max: Share | None = Field(description="The most of anybody; null: nobody has a score.")
    lowest: Annotated[list[UncoveredOut], Field(max_length=diagnostics.LOWEST)] = Field(
        description=f"The {diagnostics.LOWEST} with the least of it, if anything is missing."
    )


class DiagnosticsOut(Freshened):
    """How the indicators behaved in the last run, and what deserves a look."""

    warnings: list[WarningOut] = Field(
        description="What deserves a look: of entries and keys as of now, of scores as of `run`."
    )
    cohorts: list[CohortDiagnosticsOut] = Field(
        description="One for each kind that takes part, in order of kind."
    )
    coverage: CoverageOut = Field(description="Of all applicants together.")


def cohorts(diagnosis: Diagnosis, framework: Framework) -> Iterator[dict[str, Any]]:
    """Show every cohort as `CohortDiagnosticsOut`, in order of kind, to be written in pieces."""
    codes = [each.code for each in framework.indicators]

    def leverage(found: diagnostics.Leverage | None) -> LeverageOut | None:
        if found is None:
            return None
        return LeverageOut(
            applicant=diagnosis.applicants[found.applicant],
            mean_change=in_points(framework, found.mean),
            greatest_change=in_points(framework, found.greatest),
        )

    def indicators(cohort: CohortBehaviour) -> Iterator[dict[str, Any]]:
        for code, behaviour in zip(codes, cohort.indicators, strict=True):
            yield BehaviourOut(
                indicator=code,
                reported=behaviour.reported,
                coverage=behaviour.reported / cohort.size,
                flat=behaviour.flat,
                rank_correlation=behaviour.correlation,
                best=leverage(behaviour.best),
                worst=leverage(behaviour.worst),
            ).model_dump()

    def redundant(cohort: CohortBehaviour) -> Iterator[dict[str, Any]]:
        for pair in cohort.redundant:
            yield RedundancyOut(
                indicators=[codes[pair.first], codes[pair.second]],
                rank_correlation=pair.correlation,
                applicants=pair.applicants,
            ).model_dump()

    for kind, cohort in diagnosis.cohorts.items():
        yield {
            "kind": kind,
            "size": cohort.size,
            "indicators": indicators(cohort),
            "redundant": redundant(cohort),
        }


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
