"""The rules that an explanation tells, as far as the framework or the cohort fixes them."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from typing_extensions import TypeAliasType

from api.http.members import AfterSight, Combination, Count, ReporterKind, one_of, said
from api.http.schemas import Schema, Share
from shared.explanations import verdicts
from shared.scoring.document.normalisations import NORMALISATIONS
from shared.scoring.document.reader import LONGEST_BASIS

MOST_PARAMETERS = 16

Verdict = TypeAliasType(
    "Verdict",
    Annotated[
        str,
        one_of(verdicts.Verdict),
        Field(
            description="What became of a submission on the way to its measure's value:"
            " docs/explanation.md says what each means."
        ),
    ],
)
DerivationKind = TypeAliasType(
    "DerivationKind",
    Annotated[
        Literal["value", "sum", "ratio", "distinct"],
        Field(description="How measures become an indicator's raw value."),
    ],
)
Method = TypeAliasType(
    "Method",
    Annotated[str, one_of(NORMALISATIONS), Field(description="How a raw value becomes a share.")],
)
CohortParameters = TypeAliasType(
    "CohortParameters",
    Annotated[
        dict[str, float],
        said(maxProperties=MOST_PARAMETERS),
        Field(
            description="By name, in the indicator's own unit but for counts; docs/explanation.md"
            " says which each method has."
        ),
    ],
)
Basis = Annotated[
    str,
    said(maxLength=LONGEST_BASIS),
    Field(
        description="Where the rule comes from: `guide`, `service default`, or the decision of the"
        " province that is named."
    ),
]
ListedWord = Annotated[str, said(maxLength=64)]


class AuthorityRule(Schema):
    """The reporter that outranks the others is believed."""

    kind: Literal["authority"] = Field(description="Which rule it is.")
    order: list[ReporterKind] = Field(description="The kind that outranks the others first.")
    tolerance: float | None = Field(
        description="The share by which others may differ without a flag; null: nothing is flagged."
    )


class PanelOut(Schema):
    """Experts' marks become one."""

    kind: Literal["panel"] = Field(description="Which rule it is.")
    combine: Combination = Field(description="How marks become one.")
    at_least: Count = Field(description="Fewer marks are no value.")
    trim: Count = Field(description="Marks dropped at either end, of a trimmed mean.")
    trim_from: Count | None = Field(description="So many marks, or more, are trimmed; null: any.")
    tolerance: float | None = Field(description="Marks further apart are flagged; null: none is.")
    after_sight: AfterSight = Field(
        description="What happens to a mark that is changed after sight of others."
    )


class StraightLine(Schema):
    """Of `target`: a straight line between two fixed values."""

    floor: float = Field(description="The raw value that earns nothing.")
    target: float = Field(description="The raw value that earns all.")
    step: float | None = Field(description="Only whole steps of so much count; null: all counts.")


class BandOut(Schema):
    """What is earned from an edge on."""

    model_config = ConfigDict(populate_by_name=True)

    from_: float | None = Field(
        alias="from", description="The edge; null: the band of all that is smaller."
    )
    share: Share = Field(description="Of the maximum.")
    inclusive: bool = Field(description="Whether the edge itself earns it.")


class BandsOut(Schema):
    """Of `steps`: bands with edges, from the smallest up."""

    bands: list[BandOut] = Field(description="Those that the framework fixes.")


class GradeOut(Schema):
    """What a grade earns."""

    grade: ListedWord = Field(description="The category, or `yes` or `no` of a flag.")
    share: Share = Field(description="Of the maximum.")


class GradesOut(Schema):
    """Of `grades`: a raw value of 0 is the first."""

    grades: list[GradeOut] = Field(description="In the order of their numbers, from 0.")


class BaseShare(Schema):
    """Of `min_max`: what the cohort's worst earns."""

    base: Share = Field(description="Of the maximum.")


class Deviations(Schema):
    """Of `z_score`: how far the scale reaches."""

    within: float = Field(gt=0, description="Deviations from the mean to either end.")


class NoParameters(Schema):
    """Of `best` and `percent_rank`: the framework fixes nothing but the direction."""


NormalisationRule = TypeAliasType(
    "NormalisationRule",
    Annotated[
        StraightLine | BandsOut | GradesOut | BaseShare | Deviations | NoParameters,
        Field(description="What the framework fixes of a method, by the method's own names."),
    ],
)
