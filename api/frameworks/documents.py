"""The tree of a framework document as the contract shows it; `shared.scoring.document` reads it.

docs/frameworks.md says what each part means and which go together.
"""

from typing import Annotated

from pydantic import ConfigDict, Field
from typing_extensions import TypeAliasType

from api.http.members import (
    AfterSight,
    Combination,
    Direction,
    MeasureKind,
    MissingRule,
    ReporterKind,
)
from api.http.schemas import Code, Name, Points, Schema, Share

FROM_WHERE = "Where the rule comes from: `guide`, `service default`, or a decision of the province."


class ListedCode(Schema):
    """One code of a closed list."""

    code: Code = Field(description="The code that is reported.")
    name: Name = Field(description="What it means, in both languages.")


class ValueRange(Schema):
    """The numbers that are taken, ends included."""

    min: float | None = Field(
        None,
        description="The smallest that is taken, in the measure's unit; left out or null: any.",
    )
    max: float | None = Field(
        None, description="The greatest that is taken; left out or null: any."
    )


class PlausibleNumbers(Schema):
    """The numbers that count at once; others are held until they are confirmed."""

    min: float | None = Field(
        None,
        description="A smaller number is held, in the measure's unit; left out or null: none is.",
    )
    max: float | None = Field(
        None, description="A greater number is held; left out or null: none is."
    )
    change: float | None = Field(
        None, gt=1, description="How many times the number before, or which part of it, at most."
    )


class PanelRule(Schema):
    """How experts' marks become one."""

    combine: Combination = Field("mean", description="How marks become one.")
    at_least: int = Field(1, ge=1, description="Fewer marks are no value.")
    trim: int = Field(1, ge=1, description="Marks dropped at either end.")
    trim_from: int | None = Field(None, ge=1, description="So many marks, or more, are trimmed.")
    tolerance: float | None = Field(None, ge=0, description="Marks further apart are flagged.")
    after_sight: AfterSight = Field(
        "flag", description="What happens to a mark that is changed after sight of others."
    )


Weights = TypeAliasType(
    "Weights",
    Annotated[dict[str, float], Field(description="By code of a measure, its weight in a sum.")],
)


class MeasureRule(Schema):
    """One raw quantity: who reports it, and what a value is."""

    name: Name = Field(description="The measure's name in both languages.")
    type: MeasureKind = Field(description="What a value is.")
    unit: str | None = Field(
        None, max_length=64, description="What a number counts; left out or null: it has no unit."
    )
    reported_by: list[ReporterKind] | None = Field(
        None, description="Who outranks the others comes first; left out for a mark."
    )
    range: ValueRange | None = Field(
        None, description="The numbers that are taken; left out or null: all that its type has."
    )
    plausible: PlausibleNumbers | None = Field(
        None, description="The numbers that count at once; left out or null: all do."
    )
    list: Code | None = Field(None, description="The code list that codes are chosen from.")
    panel: PanelRule | None = Field(
        None, description="Of a mark alone: how marks become one; left out or null: by their mean."
    )
    tolerance: float | None = Field(
        None, ge=0, description="The share by which reporters may differ without a flag."
    )


class Ratio(Schema):
    """One measure divided by another."""

    of: Code = Field(description="The measure above the line.")
    to: Code = Field(description="The measure below it; where that is 0 there is no value.")
    per: float | None = Field(None, gt=0, description="1 where it is left out.")


class Derivation(Schema):
    """How measures become a raw value: one of `value`, `sum`, `ratio`, `distinct`."""

    value: Code | None = Field(None, description="The measure that is taken as it is.")
    sum: Weights | None = Field(None, description="The weight of each measure.")
    ratio: Ratio | None = Field(None, description="One measure divided by another.")
    distinct: Code | None = Field(None, description="Counts the codes of this measure.")
    cap: float | None = Field(None, gt=0, description="A greater raw value counts as this.")


class Cohort(Schema):
    """A scale that has no parameters but its direction."""

    direction: Direction | None = Field(None, description="Which way is better; else `higher`.")


class Target(Cohort):
    """A straight line from `floor`, which earns nothing, to `target`, which earns all."""

    floor: float = Field(
        description="The raw value that earns nothing; what is worse earns nothing either."
    )
    target: float = Field(description="The raw value that earns all; what is better earns no more.")
    step: float | None = Field(None, gt=0, description="Only whole steps count.")


class Band(Schema):
    """What is earned from an edge on."""

    model_config = ConfigDict(populate_by_name=True)

    from_: float | None = Field(None, alias="from", description="Left out: all that is smaller.")
    share: Share = Field(description="Of the indicator's points, from the edge on.")
    inclusive: bool | None = Field(None, description="Whether the edge itself earns it; else true.")


class MinMax(Cohort):
    """A straight line from the cohort's worst to its best."""

    base: float | None = Field(None, ge=0, lt=1, description="The share of the worst; 0 as a rule.")


class ZScore(Cohort):
    """The distance from the cohort's mean, in deviations."""

    within: float = Field(gt=0, description="Deviations from the mean to either end of the scale.")


Grades = TypeAliasType(
    "Grades",
    Annotated[
        dict[str, Share | Direction],
        Field(
            description="By category, the share that it earns; of a flag `yes` and `no`. Beside"
            " them may stand `direction`."
        ),
    ],
)


class Normalisation(Schema):
    """How a raw value becomes a share: one of the methods."""

    target: Target | None = Field(None, description="A straight line between two fixed values.")
    steps: list[Band] | None = Field(None, description="Bands with edges, from the smallest up.")
    grades: Grades | None = Field(
        None, description="The share of each grade; of a flag `yes` and `no`."
    )
    best: Cohort | None = Field(None, description="The share of the cohort's best value.")
    min_max: MinMax | None = Field(
        None, description="A straight line from the cohort's worst to its best."
    )
    percent_rank: Cohort | None = Field(
        None, description="The place in the cohort, ties in the middle."
    )
    z_score: ZScore | None = Field(None, description="The distance from the cohort's mean.")
    direction: Direction | None = Field(None, description="Which way is better; else `higher`.")


class IndicatorRule(Schema):
    """One indicator: what it rests on, and how that earns points."""

    code: Code = Field(description="Names the indicator, once in the framework.")
    name: Name = Field(description="The indicator's name in both languages.")
    points: Points = Field(description="The most that it earns.")
    derive: Derivation = Field(description="How measures become its raw value.")
    normalise: Normalisation = Field(description="How the raw value becomes a share of its points.")
    missing: MissingRule | None = Field(None, description="Else `zero`.")
    basis: str = Field(max_length=200, description=FROM_WHERE)


class CategoryRule(Schema):
    """Indicators under one heading."""

    name: Name = Field(description="The heading in both languages.")
    indicators: Annotated[list[IndicatorRule], Field(min_length=1)] = Field(
        description="What stands under it, in order."
    )


class DimensionRule(Schema):
    """Categories under one heading, with a sum of their own."""

    code: Code = Field(description="Names the dimension, once in the framework.")
    name: Name = Field(description="The dimension's name in both languages.")
    categories: Annotated[list[CategoryRule], Field(min_length=1)] = Field(
        description="What stands under it, in order."
    )


CodeLists = TypeAliasType(
    "CodeLists",
    Annotated[
        dict[str, list[ListedCode]],
        Field(description="By its code, each closed list from which values are chosen."),
    ],
)
Measures = TypeAliasType(
    "Measures",
    Annotated[
        dict[str, MeasureRule], Field(description="By its code, each quantity that is reported.")
    ],
)
