"""What a file would move, as the contract shows it."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from api.http.members import ApplicantName, ApplicantRef, Count, IndicatorRef, OfCohort, Rank
from api.http.schemas import Points, Schema
from api.http.state import Gateway
from shared.applicants import store as applicants
from shared.previews.effect import MOST_LISTED, Effect
from shared.scoring.framework import Framework
from shared.scoring.points import in_points

LISTED = f"At most {MOST_LISTED} of those that differ, the largest difference first."

Edge = TypeAliasType(
    "Edge",
    Annotated[
        Literal["best", "worst"],
        Field(description="The end of a scale that depends on its cohort."),
    ],
)


class MovedTotal(Schema):
    """An applicant's total before and after."""

    applicant: ApplicantRef
    name: ApplicantName
    before: Points = Field(description="The total as it is.")
    after: Points = Field(description="The total as it would be.")


class MovedRank(Schema):
    """An applicant's rank among its kind before and after; null: barred from the ranking."""

    applicant: ApplicantRef
    name: ApplicantName
    kind: OfCohort
    before: Rank | None = Field(description="The rank as it is; null: barred from the ranking.")
    after: Rank | None = Field(
        description="The rank as it would be; null: barred from the ranking."
    )


class MovedEdge(Schema):
    """The value against which an indicator's scale measures applicants of a kind."""

    indicator: IndicatorRef
    kind: OfCohort
    edge: Edge = Field(description="Which end of the scale.")
    before: float | None = Field(description="In the indicator's own unit; null: nobody reported.")
    after: float | None = Field(
        description="The value as it would be, in the same unit; null: nobody would have reported."
    )


class MovedCounts(Schema):
    """How many differ of each, listed or not."""

    totals: Count = Field(description="Applicants whose total would be another.")
    ranks: Count = Field(description="Applicants whose rank would be another.")
    cohorts: Count = Field(description="Ends of scales that would lie elsewhere.")


class EffectOut(Schema):
    """What would move if the file were pushed now and a run took in whatever waits."""

    totals: Annotated[list[MovedTotal], Field(max_length=MOST_LISTED)] = Field(description=LISTED)
    ranks: Annotated[list[MovedRank], Field(max_length=MOST_LISTED)] = Field(description=LISTED)
    cohorts: Annotated[list[MovedEdge], Field(max_length=MOST_LISTED)] = Field(
        description="In the order of the indicators."
    )
    counts: MovedCounts = Field(description="How many differ, listed or not.")


async def shown(held: Gateway, framework: Framework, effect: Effect | None) -> Any:
    """Return *effect* as `EffectOut` describes it; None where it may not be seen."""
    if effect is None:
        return None
    codes = {each.applicant for each in effect.totals} | {each.applicant for each in effect.ranks}
    async with held.database.reading() as session:
        named = await applicants.some(session, sorted(codes)) if codes else {}
    names = {code: {"zh": each.name.zh, "en": each.name.en} for code, each in named.items()}
    return {
        "totals": [
            {
                "applicant": each.applicant,
                "name": names[each.applicant],
                "before": in_points(framework, each.before),
                "after": in_points(framework, each.after),
            }
            for each in effect.totals
        ],
        "ranks": [asdict(each) | {"name": names[each.applicant]} for each in effect.ranks],
        "cohorts": [asdict(each) for each in effect.cohorts],
        "counts": {
            "totals": effect.totals_changed,
            "ranks": effect.ranks_changed,
            "cohorts": effect.cohorts_changed,
        },
    }
