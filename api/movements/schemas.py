"""Movements as the contract shows them."""

from pydantic import Field

from api.http.schemas import Items, Kind, Moment, Name, Schema

Rank = int | None
NONE = "Null: unranked, or not in the round."


class MoveOut(Schema):
    """An applicant whose rank a run changed."""

    applicant: str
    before: Rank = Field(description=NONE)
    after: Rank = Field(description=NONE)


class RunMovesOut(Schema):
    """A run, and who moved with it."""

    run: int
    recorded_at: Moment
    moved: list[MoveOut] = Field(description="In order of code.")


class RanksOut(Schema):
    """An applicant's ranks over the runs of the page."""

    applicant: str
    name: Name
    kind: Kind
    ranks: list[Rank] = Field(
        description="As of the run `since`, and then as of the run of each item. " + NONE
    )


class MovementsPage(Items[RunMovesOut]):
    """Ranks over runs, the earliest first."""

    round: str
    cohort: Kind | None = Field(description="Ranks are places within it; null: among all.")
    since: int = Field(description="The run that the page begins behind; 0: before the first.")
    until: int = Field(description="The last run that was asked for; pages that follow keep it.")
    applicants: list[RanksOut] = Field(
        description="Who took part as of any of these runs, in order of code."
    )
