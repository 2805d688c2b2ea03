"""How sure a ranking is, as the contract shows it."""

from typing import Annotated, Literal

from pydantic import Field

from api.http.schemas import WHOLE, Items, Kind, Points, Schema, Share
from api.operations.schemas import OperationItem
from shared.sensitivity.service import SEEDS

Draws = Annotated[int, Field(ge=1, le=100_000), WHOLE]
Seed = Annotated[int, Field(ge=0, lt=SEEDS), WHOLE]


class SensitivityIn(Schema):
    """How to ask how sure a ranking is; everything may be left out."""

    seed: Seed | None = Field(
        None, description="The same seed on the same run has the same answer; null: one is drawn."
    )
    draws: Draws = Field(10_000, description="How many random sets of weights.")
    band: Share = Field(
        0.25, description="How far each weight strays at most, as a share of it, up and down."
    )
    first: Annotated[int, Field(ge=1, le=1_000_000), WHOLE] = Field(
        10, description="Of interest is to be among the first so many."
    )


class SensitivityParameters(Schema):
    """What was asked, of which run."""

    run: int
    seed: int
    draws: int
    band: Share
    first: int


class ShiftOut(Schema):
    """How far one choice of method moves ranks."""

    choice: Literal["normalise", "leave_out", "missing"]
    value: str = Field(description="The method, the indicator left out, or how missing counts.")
    mean_shift: float = Field(ge=0, description="Mean of the absolute shifts in rank.")
    greatest_shift: int = Field(ge=0)
    applicant: str | None = Field(description="Who shifts most; null: nobody shifts.")
    rank: int | None = Field(description="Its published rank.")
    becomes: int | None = Field(description="Its rank under this choice.")


class CohortSensitivityOut(Schema):
    """One kind of applicants."""

    kind: Kind
    applicants: int
    ranked: int
    choices: list[ShiftOut] = Field(description="What moves ranks most comes first.")


class SensitivityOut(SensitivityParameters):
    """How sure the ranking is, by cohort; `…/items` has it by applicant."""

    generator: str = Field(description="Of the random numbers; its key is the seed.")
    cohorts: list[CohortSensitivityOut]


class SensitivityItem(OperationItem):
    """An operation that works out how sure a ranking is, in a list."""

    kind: Literal["sensitivity"]
    parameters: SensitivityParameters


class SensitivityOperation(SensitivityItem):
    """An operation that works out how sure a ranking is, with its result once it is done."""

    result: SensitivityOut | None


class SwapOut(Schema):
    """The least change of one weight, the others scaled to the same total, that swaps two."""

    indicator: str
    weight: Points
    new_weight: Points
    change: float = Field(json_schema_extra={"x-unit": "points"})


class PlaceOut(Schema):
    """How sure one applicant's place is, within its kind."""

    applicant: str
    kind: Kind
    rank: int = Field(description="As published.")
    low: int = Field(description="5 % of the draws have a rank as good as this or better.")
    median: int
    high: int = Field(description="95 % of the draws have a rank as good as this or better.")
    first: Share = Field(description="Of the draws, with a rank among the first.")
    next: str | None = Field(description="Who comes next in the ranking.")
    beats_next: Share | None = Field(description="Of the draws, with a total above the next one's.")
    swap: SwapOut | None = Field(
        description="What lets the next one pass; null: it ties, or no single weight can."
    )


class PlacePage(Items[PlaceOut]):
    """A page of how sure each place is, by kind and in order of place."""
