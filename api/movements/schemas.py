"""Movements as the contract shows them."""

from typing import Annotated

from pydantic import Field

from api.http.members import ApplicantName, ApplicantRef, OfCohort, Rank, RoundRef, RunNumber
from api.http.paging import MOST_ON_A_PAGE
from api.http.schemas import Items, Kind, Moment, Schema

Place = Rank | None
NONE = "Null: unranked, or not in the round."


class MoveOut(Schema):
    """An applicant whose rank a run changed."""

    applicant: ApplicantRef
    before: Place = Field(description=NONE)
    after: Place = Field(description=NONE)


class RunMovesOut(Schema):
    """A run, and who moved with it."""

    run: RunNumber = Field(description="The run's number.")
    recorded_at: Moment = Field(description="When the run was recorded.")
    moved: list[MoveOut] = Field(description="In order of code.")


class RanksOut(Schema):
    """An applicant's ranks over the runs of the page."""

    applicant: ApplicantRef
    name: ApplicantName
    kind: OfCohort
    ranks: Annotated[list[Place], Field(max_length=MOST_ON_A_PAGE + 1)] = Field(
        description="As of the run `since`, and then as of the run of each item. " + NONE
    )


class MovementsPage(Items[RunMovesOut]):
    """Ranks over runs, the earliest first."""

    round: RoundRef
    cohort: Kind | None = Field(description="Ranks are places within it; null: among all.")
    since: RunNumber = Field(
        description="The run that the page begins behind; 0: before the first."
    )
    until: RunNumber = Field(
        description="The last run that was asked for; pages that follow keep it."
    )
    applicants: list[RanksOut] = Field(
        description="Who took part as of any of these runs, in order of code."
    )
