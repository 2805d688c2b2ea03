"""The tree of a framework document as the contract shows it; `shared.scoring.document` reads it.

docs/frameworks.md says what each part means and which go together.
"""

from typing import Literal

from pydantic import ConfigDict, Field

from api.http.schemas import Code, Name, Points, Schema, Share

Direction = Literal["higher", "lower"]
FROM_WHERE = "Where the rule comes from: `guide`, `service default`, or a decision of the province."


class ListedCode(Schema):
    """One code of a closed list."""

    code: Code
    name: Name


class ValueRange(Schema):
    """The numbers that are taken, ends included."""

    min: float | None = None
    max: float | None = None


class PlausibleNumbers(Schema):
    """The numbers that count at once; others are held until they are confirmed."""

    min: float | None = None
    max: float | None = None
    change: float | None = Field(
        None, gt=1, description="How many times the number before, or which part of it, at most."
    )


class PanelRule(Schema):
    """How experts' marks become one."""

    combine: Literal["mean", "median", "trimmed_mean"] = "mean"
    at_least: int = Field(1, ge=1, description="Fewer marks are no value.")
    trim: int = Field(1, ge=1, description="Marks dropped at either end.")
    trim_from: int | None = Field(None, ge=1, description="So many marks, or more, are trimmed.")
    tolerance: float | None = Field(None, ge=0, description="Marks further apart are flagged.")
    after_sight: Literal["flag", "refuse"] = "flag"


class MeasureRule(Schema):
    """One raw quantity: who reports it, and what a value is."""

    name: Name
    type: Literal["count", "number", "mark", "category", "flag", "codes"]
    unit: str | None = Field(None, max_length=64)
    reported_by: list[Literal["source", "applicant", "expert"]] | None = Field(
        None, description="Who outranks the others comes first; left out for a mark."
    )
    range: ValueRange | None = None
    plausible: PlausibleNumbers | None = None
    list: Code | None = Field(None, description="The code list that codes are chosen from.")
    panel: PanelRule | None = None
    tolerance: float | None = Field(
        None, ge=0, description="The share by which reporters may differ without a flag."
    )


class Ratio(Schema):
    """One measure divided by another."""

    of: Code
    to: Code
    per: float | None = Field(None, gt=0, description="1 where it is left out.")


class Derivation(Schema):
    """How measures become a raw value: one of `value`, `sum`, `ratio`, `distinct`."""

    value: Code | None = None
    sum: dict[str, float] | None = Field(None, description="The weight of each measure.")
    ratio: Ratio | None = None
    distinct: Code | None = Field(None, description="Counts the codes of this measure.")
    cap: float | None = Field(None, gt=0, description="A greater raw value counts as this.")


class Cohort(Schema):
    """A scale that has no parameters but its direction."""

    direction: Direction | None = None


class Target(Cohort):
    """A straight line from `floor`, which earns nothing, to `target`, which earns all."""

    floor: float
    target: float
    step: float | None = Field(None, gt=0, description="Only whole steps count.")


class Band(Schema):
    """What is earned from an edge on."""

    model_config = ConfigDict(populate_by_name=True)

    from_: float | None = Field(None, alias="from", description="Left out: all that is smaller.")
    share: Share
    inclusive: bool | None = Field(None, description="Whether the edge itself earns it; else true.")


class MinMax(Cohort):
    """A straight line from the cohort's worst to its best."""

    base: float | None = Field(None, ge=0, lt=1, description="The share of the worst; 0 as a rule.")


class ZScore(Cohort):
    """The distance from the cohort's mean, in deviations."""

    within: float = Field(gt=0, description="Deviations from the mean to either end of the scale.")


class Normalisation(Schema):
    """How a raw value becomes a share: one of the methods."""

    target: Target | None = None
    steps: list[Band] | None = None
    grades: dict[str, Share | Direction] | None = Field(
        None, description="The share of each grade; of a flag `yes` and `no`."
    )
    best: Cohort | None = None
    min_max: MinMax | None = None
    percent_rank: Cohort | None = None
    z_score: ZScore | None = None
    direction: Direction | None = Field(None, description="Which way is better; else `higher`.")


class IndicatorRule(Schema):
    """One indicator: what it rests on, and how that earns points."""

    code: Code
    name: Name
    points: Points = Field(description="The most that it earns.")
    derive: Derivation
    normalise: Normalisation
    missing: Literal["zero", "skip", "block"] | None = Field(None, description="Else `zero`.")
    basis: str = Field(max_length=200, description=FROM_WHERE)


class CategoryRule(Schema):
    """Indicators under one heading."""

    name: Name
    indicators: list[IndicatorRule]


class DimensionRule(Schema):
    """Categories under one heading, with a sum of their own."""

    code: Code
    name: Name
    categories: list[CategoryRule]
