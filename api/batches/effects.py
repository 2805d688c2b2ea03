"""What a file would move, as the contract shows it."""

from dataclasses import asdict
from typing import Any, Literal

from pydantic import Field

from api.http.schemas import Kind, Name, Points, Schema
from api.http.state import Gateway
from shared.applicants import store as applicants
from shared.previews.effect import MOST_LISTED, Effect
from shared.scoring.framework import Framework
from shared.scoring.points import in_points

LISTED = f"At most {MOST_LISTED} of those that differ, the largest difference first."


class MovedTotal(Schema):
    """An applicant's total before and after."""

    applicant: str
    name: Name
    before: Points
    after: Points


class MovedRank(Schema):
    """An applicant's rank among its kind before and after; null: barred from the ranking."""

    applicant: str
    name: Name
    kind: Kind
    before: int | None
    after: int | None


class MovedEdge(Schema):
    """The value against which an indicator's scale measures applicants of a kind."""

    indicator: str
    kind: Kind
    edge: Literal["best", "worst"]
    before: float | None = Field(description="In the indicator's own unit; null: nobody reported.")
    after: float | None


class MovedCounts(Schema):
    """How many differ of each, listed or not."""

    totals: int
    ranks: int
    cohorts: int


class EffectOut(Schema):
    """What would move if the file were pushed now and a run took in whatever waits."""

    totals: list[MovedTotal] = Field(description=LISTED)
    ranks: list[MovedRank] = Field(description=LISTED)
    cohorts: list[MovedEdge] = Field(description="In the order of the indicators.")
    counts: MovedCounts


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
