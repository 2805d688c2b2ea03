"""How sure a ranking is, as the contract shows it."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from api.http.members import ApplicantRef, Count, IndicatorRef, OfCohort, Rank, RunNumber
from api.http.schemas import WHOLE, Items, Points, Schema, Share
from api.operations.schemas import OperationItem
from shared.sensitivity.service import SEEDS

Draws = Annotated[int, Field(ge=1, le=100_000), WHOLE]
First = Annotated[int, Field(ge=1, le=1_000_000), WHOLE]
Seed = Annotated[int, Field(ge=0, lt=SEEDS), WHOLE]

MethodChoice = TypeAliasType(
    "MethodChoice",
    Annotated[
        Literal["normalise", "leave_out", "missing"],
        Field(description="What of the method is chosen otherwise."),
    ],
)


class SensitivityIn(Schema):
    """How to ask how sure a ranking is; everything may be left out."""

    seed: Seed | None = Field(
        None, description="The same seed on the same run has the same answer; null: one is drawn."
    )
    draws: Draws = Field(10_000, description="How many random sets of weights.")
    band: Share = Field(
        0.25, description="How far each weight strays at most, as a share of it, up and down."
    )
    first: First = Field(10, description="Of interest is to be among the first so many.")


class SensitivityParameters(Schema):
    """What was asked, of which run."""

    run: RunNumber = Field(description="The run whose ranking is examined.")
    seed: Seed = Field(description="The seed that was given or drawn.")
    draws: Draws = Field(description="How many random sets of weights.")
    band: Share = Field(
        description="How far each weight strays at most, as a share of it, up and down."
    )
    first: First = Field(description="Of interest is to be among the first so many.")


class ShiftOut(Schema):
    """How far one choice of method moves ranks."""

    choice: MethodChoice = Field(
        description="What is chosen otherwise: the normalisation, the indicators, or the rule"
        " for missing values."
    )
    value: str = Field(description="The method, the indicator left out, or how missing counts.")
    mean_shift: float = Field(ge=0, description="Mean of the absolute shifts in rank.")
    greatest_shift: Count = Field(ge=0, description="The greatest absolute shift in rank.")
    applicant: ApplicantRef | None = Field(description="Who shifts most; null: nobody shifts.")
    rank: Rank | None = Field(description="Its published rank; null: nobody shifts.")
    becomes: Rank | None = Field(description="Its rank under this choice; null: nobody shifts.")


class CohortSensitivityOut(Schema):
    """One kind of applicants."""

    kind: OfCohort
    applicants: Count = Field(description="How many take part.")
    ranked: Count = Field(description="How many of them are ranked.")
    choices: list[ShiftOut] = Field(description="What moves ranks most comes first.")


class SensitivityOut(SensitivityParameters):
    """How sure the ranking is, by cohort; `…/items` has it by applicant."""

    generator: str = Field(description="Of the random numbers; its key is the seed.")
    cohorts: list[CohortSensitivityOut] = Field(
        description="One for each kind that takes part, in order of kind."
    )


class SensitivityItem(OperationItem):
    """An operation that works out how sure a ranking is, in a list."""

    kind: Literal["sensitivity"] = Field(description="That it works out how sure a ranking is.")
    parameters: SensitivityParameters = Field(description="What was asked for.")


class SensitivityOperation(SensitivityItem):
    """An operation that works out how sure a ranking is, with its result once it is done."""

    result: SensitivityOut | None = Field(description="The answer; null: it is not `done`.")


class SwapOut(Schema):
    """The least change of one weight, the others scaled to the same total, that swaps two."""

    indicator: IndicatorRef
    weight: Points = Field(description="Its weight as it is.")
    new_weight: Points = Field(description="The weight at which the two change places.")
    change: float = Field(
        json_schema_extra={"x-unit": "points"}, description="The new weight less the present one."
    )


class PlaceOut(Schema):
    """How sure one applicant's place is, within its kind."""

    applicant: ApplicantRef
    kind: OfCohort
    rank: Rank = Field(description="As published.")
    low: Rank = Field(description="5 % of the draws have a rank as good as this or better.")
    median: Rank = Field(description="Half of the draws have a rank as good as this or better.")
    high: Rank = Field(description="95 % of the draws have a rank as good as this or better.")
    first: Share = Field(description="Of the draws, with a rank among the first.")
    next: ApplicantRef | None = Field(
        description="Who comes next in the ranking; null: it is the last."
    )
    beats_next: Share | None = Field(
        description="Of the draws, with a total above the next one's; null: it is the last."
    )
    swap: SwapOut | None = Field(
        description="What lets the next one pass; null: it ties, or no single weight can."
    )


class PlacePage(Items[PlaceOut]):
    """A page of how sure each place is, by kind and in order of place."""
