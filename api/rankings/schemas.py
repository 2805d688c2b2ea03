"""Scores, rankings, histories and runs."""

from typing import Annotated

from pydantic import Field

from api.http.members import (
    ApplicantName,
    ApplicantRef,
    Count,
    DimensionRef,
    Flags,
    IndicatorRef,
    OfCohort,
    Rank,
    RankingState,
    RoundRef,
    RunNumber,
)
from api.http.paging import MOST_ON_A_PAGE
from api.http.schemas import Items, Moment, Name, NextPage, Percent, Points, Schema, Share, left_out

WITHHELD = (
    "Null for an expert in an open round where it moves with applicants that it has yet to mark."
)
NAMED = "The framework's; left out of rankings and histories without `include=names`."


class LineOut(Schema):
    """One indicator's line of a score."""

    indicator: IndicatorRef
    name: Name | None = Field(None, description=NAMED)
    value: float | None = Field(description="In the indicator's own unit; null: nothing reported.")
    share: Share | None = Field(description="Of the indicator's points.")
    points: Points | None = Field(description=WITHHELD)
    full: Points = Field(description="The most that the indicator can earn.")
    missing: bool = Field(description="Whether it has no value; a value of 0 is one.")
    flags: Flags


class DimensionOut(Schema):
    """The sum of a dimension's lines."""

    code: DimensionRef
    name: Name | None = Field(None, description=NAMED)
    points: Points | None = Field(description=WITHHELD)
    full: Points = Field(
        description="The most that it can earn; more than the framework gives it where empty"
        " dimensions pass their points on."
    )


class ScoreOut(Schema):
    """An applicant's score, and its place among the others. It adds up to the last digit."""

    applicant: ApplicantRef
    name: ApplicantName
    kind: OfCohort
    rank: Rank | None = Field(description="Within its kind; ties share one. Null: not ranked.")
    tied: Count | None = Field(
        description=f"How many share the rank, this one included; 0: not ranked. {WITHHELD}"
    )
    cohort_size: Count | None = Field(description=WITHHELD)
    percentile: Percent | None = Field(
        description="Of the cohort below, ties counted half. Null: not ranked."
    )
    index: Percent | None = Field(
        description="0 for the cohort's lowest total, 100 for its best. Null: not ranked, or"
        " all totals are the same."
    )
    overall_rank: Rank | None = Field(
        description="Among all kinds; ties share one. Null: not ranked."
    )
    overall_size: Count | None = Field(description=WITHHELD)
    total: Points | None = Field(description=WITHHELD)
    full: Points = Field(description="The most points that can be earned.")
    coverage: Share = Field(description="Points of indicators with a value, of all points.")
    blocked_by: list[IndicatorRef] = Field(
        description="The indicators whose missing values bar it from the ranking."
    )
    dimensions: list[DimensionOut] = Field(description="None for an expert who asks for no lines.")
    lines: list[LineOut] | None = left_out(
        "Its lines in the framework's order; left out unless they are asked for."
    )


class Freshened(Schema):
    """How up to date an answer is."""

    round: RoundRef
    run: RunNumber = Field(description="The run that the answer shows; 0 before the first.")
    state: RankingState = Field(description="Whether that run has taken in all that was submitted.")
    as_of: Moment | None = Field(description="When the run was recorded; null: there is none yet.")


class RankingOut(Freshened):
    """A page of the ranking."""

    pinned: bool = Field(
        description="Whether the reader named the run, by `run` or a cursor: it stays that one."
    )
    latest_run: RunNumber = Field(description="The round's last run, whichever the page shows.")
    total: Count = Field(description="How many items all pages have together.")
    next: NextPage
    items: Annotated[list[ScoreOut], Field(max_length=MOST_ON_A_PAGE)] = Field(
        description="The applicants of this page, the best first; who is not ranked comes last."
    )


class ScorecardOut(ScoreOut):
    """One applicant's score with its lines."""

    lines: list[LineOut] = Field(description="Every indicator, in the framework's order.")
    round: RoundRef
    run: RunNumber = Field(description="The run that the answer shows; 0 before the first.")
    state: RankingState = Field(description="Whether that run has taken in all that was submitted.")
    as_of: Moment | None = Field(description="When the run was recorded; null: there is none yet.")


class HistoryItem(Schema):
    """An applicant's score from a run on, until the next item's."""

    run: RunNumber = Field(description="The run that the score is of.")
    recorded_at: Moment = Field(description="When the run was recorded.")
    total: Points = Field(description="The sum of the lines.")
    full: Points = Field(description="The most points that can be earned.")
    coverage: Share = Field(description="Points of indicators with a value, of all points.")
    ranked: bool = Field(description="Whether the applicant has a place in the ranking.")
    withdrawn: bool = Field(description="The applicant left the round: it earns nothing from here.")
    dimensions: list[DimensionOut] = Field(description="None for an expert who asks for no lines.")
    lines: list[LineOut] | None = Field(
        None, description="Its lines in the framework's order; null unless they are asked for."
    )


class HistoryPage(Items[HistoryItem]):
    """A page of an applicant's scores."""
