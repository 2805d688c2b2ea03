"""Checklists as the contract shows them."""

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypeAliasType

from api.http.members import (
    ApplicantRef,
    Count,
    IndicatorRef,
    MeasureName,
    MeasureRef,
    ReporterKind,
    RoundRef,
    Unit,
    UnitName,
    one_of,
)
from api.http.schemas import Date, Moment, Points, Schema
from api.submissions.schemas import Value
from shared.checklists.checklist import PROBLEMS, Checklist, Item
from shared.core import moments
from shared.reference import unit_in_words
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework
from shared.scoring.points import in_points

ChecklistProblem = TypeAliasType(
    "ChecklistProblem",
    Annotated[
        str,
        one_of(PROBLEMS),
        Field(description="What is wrong with what is reported of a measure."),
    ],
)


class ChecklistItem(Schema):
    """What one measure has, lacks and costs."""

    measure: MeasureRef
    name: MeasureName
    unit: Unit
    unit_name: UnitName
    reported_by: list[ReporterKind] = Field(
        description="Who must report it, the kind that outranks first; any of them is enough."
    )
    due: Moment | None = Field(description="When the round closes. Null: that is not settled.")
    reported: bool = Field(description="Whether a value counts; of a panel, whether enough marks.")
    value: Value = Field(
        description="What counts now. Null: nothing does; or it is what a panel's marks come to, in"
        " an open round, and the reader is no administrator or auditor."
    )
    as_of: Date | None = Field(description="Of the value; of a panel, the last mark's that counts.")
    problems: list[ChecklistProblem] = Field(
        description="`discrepancy`: kinds of reporters differ beyond the tolerance. `few_marks`:"
        " fewer than the panel asks for. `spread`: its marks lie further apart than tolerated."
        " `held`: an implausible number awaits its confirmation and does not count.",
    )
    points_at_stake: Points = Field(
        description="Of a missing measure: the full points of the indicators that read it and have"
        " no value. An indicator that lacks two measures is counted at both. 0: not missing."
    )
    indicators: list[IndicatorRef] = Field(description="Those that read the measure.")


class ChecklistSummary(Schema):
    """All measures together."""

    measures: Count = Field(description="How many measures are on the list.")
    reported: Count = Field(description="Of how many a value counts.")
    points_at_stake: Points = Field(
        description="The full points of the indicators without a value of which a measure is"
        " missing, each counted once."
    )
    full: Points = Field(description="The most points that an applicant can earn.")
    blocked_by: list[IndicatorRef] = Field(
        description="The indicators whose missing values bar the applicant from the ranking."
    )


class ChecklistOut(Schema):
    """One applicant's measures in the framework's order, and all of them summed up."""

    round: RoundRef
    applicant: ApplicantRef
    summary: ChecklistSummary = Field(description="What the items come to.")
    items: list[ChecklistItem] = Field(description="Every measure, in the framework's order.")


def summary(framework: Framework, found: Checklist) -> dict[str, Any]:
    """Return what `ChecklistSummary` describes."""
    return {
        "measures": len(found.items),
        "reported": sum(each.reported for each in found.items),
        "points_at_stake": in_points(framework, found.lost),
        "full": in_points(framework, framework.full),
        "blocked_by": list(found.blocked_by),
    }


def item(framework: Framework, round_: RoundFacts, each: Item) -> dict[str, Any]:
    """Return what `ChecklistItem` describes."""
    measure, due = each.measure, round_.closes_at
    return {
        "measure": measure.code,
        "name": {"zh": measure.name.zh, "en": measure.name.en},
        "unit": measure.unit,
        "unit_name": unit_in_words(measure.unit),
        "reported_by": [str(kind) for kind in measure.reported_by],
        "due": due and moments.written(due),
        "reported": each.reported,
        "value": each.value,
        "as_of": each.as_of and each.as_of.isoformat(),
        "problems": list(each.problems),
        "points_at_stake": in_points(framework, each.lost),
        "indicators": list(each.indicators),
    }
