"""Scores, rankings, histories and runs."""

from typing import Literal

from pydantic import Field

from api.http.schemas import Items, Kind, Moment, Name, NextPage, Percent, Points, Schema, Share

Flags = list[str]
WITHHELD = (
    "Null for an expert in an open round where it moves with applicants that it has yet to mark."
)
NAMED = "The framework's; left out of rankings and histories without `include=names`."


class LineOut(Schema):
    """One indicator's line of a score."""

    indicator: str
    name: Name | None = Field(None, description=NAMED)
    value: float | None = Field(description="In the indicator's own unit; null: nothing reported.")
    share: Share | None = Field(description="Of the indicator's points.")
    points: Points | None = Field(description=WITHHELD)
    full: Points = Field(description="The most that the indicator can earn.")
    missing: bool
    flags: Flags


class DimensionOut(Schema):
    """The sum of a dimension's lines."""

    code: str
    name: Name | None = Field(None, description=NAMED)
    points: Points | None = Field(description=WITHHELD)
    full: Points = Field(
        description="The most that it can earn; more than the framework gives it where empty"
        " dimensions pass their points on."
    )


class ScoreOut(Schema):
    """An applicant's score, and its place among the others. It adds up to the last digit."""

    applicant: str
    name: Name
    kind: Kind
    rank: int | None = Field(description="Within its kind; ties share one. Null: not ranked.")
    tied: int | None = Field(
        description=f"How many share the rank, this one included; 0: not ranked. {WITHHELD}"
    )
    cohort_size: int | None = Field(description=WITHHELD)
    percentile: Percent | None = Field(description="Of the cohort below, ties counted half.")
    index: Percent | None = Field(description="0 for the cohort's lowest total, 100 for its best.")
    overall_rank: int | None = Field(description="Among all kinds.")
    overall_size: int | None = Field(description=WITHHELD)
    total: Points | None = Field(description=WITHHELD)
    full: Points
    coverage: Share = Field(description="Points of indicators with a value, of all points.")
    blocked_by: list[str] = Field(
        description="The indicators whose missing values bar it from the ranking."
    )
    dimensions: list[DimensionOut] = Field(description="None for an expert who asks for no lines.")
    lines: list[LineOut] | None = None


class Freshened(Schema):
    """How up to date an answer is."""

    round: str
    run: int = Field(description="The run that the answer shows; 0 before the first.")
    state: Literal["current", "recomputing", "failed"] = Field(
        description="`recomputing`: submissions wait for the next run. `failed`: runs fail."
    )
    as_of: Moment | None = Field(description="When the run was recorded.")


class RankingOut(Freshened):
    """A page of the ranking."""

    pinned: bool = Field(
        description="Whether the reader named the run, by `run` or a cursor: it stays that one."
    )
    latest_run: int = Field(description="The round's last run, whichever the page shows.")
    total: int = Field(description="How many items all pages have together.")
    next: NextPage
    items: list[ScoreOut]


class ScorecardOut(ScoreOut):
    """One applicant's score with its lines."""

    lines: list[LineOut]
    round: str
    run: int
    state: Literal["current", "recomputing", "failed"]
    as_of: Moment | None


class HistoryItem(Schema):
    """An applicant's score from a run on, until the next item's."""

    run: int
    recorded_at: Moment
    total: Points
    full: Points
    coverage: Share
    ranked: bool
    withdrawn: bool = Field(description="The applicant left the round: it earns nothing from here.")
    dimensions: list[DimensionOut] = Field(description="None for an expert who asks for no lines.")
    lines: list[LineOut] | None = None


class HistoryPage(Items[HistoryItem]):
    """A page of an applicant's scores."""
