"""Explanations of scores."""

from typing import Any, Literal

from pydantic import Field

from api.http.schemas import Date, Kind, Moment, Name, Points, Schema, Share
from api.submissions.schemas import Value

Difference = float
WITHHELD = (
    "Null for an expert in an open round where it moves with applicants that it has yet to mark."
)


class ExplainedFramework(Schema):
    """The rules, as their document is registered."""

    code: str
    version: str
    sha256: str = Field(description="Of the document's canonical JSON (RFC 8785), in hexadecimal.")


class ExplainedSubmission(Schema):
    """A submission that a run took in, and what became of it."""

    id: int
    reporter: str = Field(description="Of an expert, for most readers, a pseudonym.")
    reporter_number: int = Field(
        description="Tells the reporters of this document apart, whatever they are called."
    )
    kind: Literal["source", "applicant", "expert", "adjudicator"]
    as_of: Date
    revision: int
    recorded_at: Moment
    run: int = Field(description="The run that took it in.")
    status: Literal["reported", "withdrawn"]
    value: Value
    reference: str | None = Field(description="Null too where the key does not reach it.")
    comment: str | None = Field(description="Null too where the key does not reach it.")
    verdict: str = Field(
        description="`counts`, or why it was passed over: `after-reference-date`, `superseded`,"
        " `withdrawn`, `older`, `recorded-earlier`, `not-admitted`, `outranked`,"
        " `replaced-by-adjudication`, `too-few-marks`, `trimmed`, `not-middle`."
    )
    by: int | None = Field(description="The submission that it was passed over for, if it is one.")
    reason: Name


class ExplainedMeasure(Schema):
    """How one value came of all that was submitted of a measure."""

    measure: str
    name: Name
    unit: str
    type: Literal["count", "number", "mark", "category", "flag", "codes"]
    codes: list[str] = Field(
        description="The number of a category or a flag is its position in these, from 0."
    )
    rule: dict[str, Any] = Field(
        description="Of the kind `authority` with `order` and `tolerance`, or of the kind `panel`"
        " with `combine`, `at_least`, `trim`, `trim_from`, `tolerance` and `after_sight`."
    )
    value: float | None = Field(description="As a number: of codes, how many.")
    flags: list[str]
    submissions: list[ExplainedSubmission]
    withheld: bool = Field(
        description="The key does not reach the measure: no submission is shown."
    )


class Term(Schema):
    """A measure that an indicator reads, and its value."""

    measure: str
    value: float | None


class WeightedTerm(Term):
    """A measure in a sum; of other derivations the weight is 1."""

    weight: float


class ExplainedDerivation(Schema):
    """measures → raw value."""

    kind: Literal["value", "sum", "ratio", "distinct"]
    terms: list[WeightedTerm]
    denominator: Term | None
    per: float
    cap: float | None


class ExplainedNormalisation(Schema):
    """raw value → share."""

    method: str
    direction: Literal["higher", "lower"]
    rule: dict[str, Any] = Field(description="What the framework fixes, by the method's own names.")
    cohort: dict[str, float] | None = Field(
        description="What the run took from the cohort: `n`, and the method's own. Null: nothing."
    )


class InForce(Schema):
    """By what a maximum changed where lines are skipped: full = own_full × dimension / counted."""

    dimension: Points = Field(description="The dimension's points in force.")
    counted: Points = Field(description="The points of its lines that are not skipped.")


class OneMore(Schema):
    """The line with one unit more of its raw value, everybody else unchanged."""

    value: float
    share: Share
    points: Points
    gain: Difference = Field(description="Against the present points; negative where less is more.")


class ExplainedLine(Schema):
    """How one indicator's points came about, step by step."""

    indicator: str
    name: Name
    dimension: str
    basis: str
    derivation: ExplainedDerivation
    value: float | None
    normalisation: ExplainedNormalisation
    share: Share | None
    withheld: bool = Field(description="Share and points are not shown: see `points`.")
    own_full: Points = Field(description="The maximum that the framework gives the indicator.")
    in_force: InForce | None
    full: Points = Field(description="The maximum in force.")
    unrounded: Points | None = Field(description=WITHHELD)
    points: Points | None = Field(description=WITHHELD)
    missing_rule: Literal["zero", "skip", "block"]
    missing: bool
    missing_measures: list[str]
    costs_at_most: Points | None = Field(
        description="By how much the total could rise if the line had a value; null: it has one."
    )
    one_more: OneMore | None = Field(description="Null where one unit more has no meaning.")
    flags: list[str]


class ExplainedDimension(Schema):
    """The sum of a dimension's lines."""

    code: str
    name: Name
    points: Points | None = Field(description=WITHHELD)
    own_full: Points = Field(description="The points that the framework gives the dimension.")
    full: Points = Field(
        description="The points in force: its own, unless empty dimensions pass theirs on."
    )


class Neighbours(Schema):
    """Those who share the next rank above or below."""

    rank: int
    tied: int = Field(description="How many they are; the first ten are named.")
    applicants: list[str]
    total: Points
    distance: Points


class Ahead(Schema):
    """A line in which the first named above earns more."""

    indicator: str
    points: Points
    theirs: Points


class NeighboursAbove(Neighbours):
    """Those who share the next rank above, and where the first of them is ahead."""

    ahead_in: list[Ahead] | None = Field(
        description="The lines, three at most, in which the first applicant named earns most more,"
        " the widest difference first."
    )


class ExplanationOut(Schema):
    """What a score rests on: a script that has this alone can compute all of it again."""

    round: str
    run: int
    as_of: Moment = Field(description="When the run was recorded.")
    reference_date: Date
    framework: ExplainedFramework
    precision: int = Field(description="Decimals of points.")
    empty_rule: Literal["zero", "pass_on"] = Field(
        description="What becomes of the points of a dimension of which every line is skipped."
    )
    applicant: str
    name: Name
    kind: Kind
    measures: list[ExplainedMeasure]
    lines: list[ExplainedLine]
    dimensions: list[ExplainedDimension]
    total: Points | None = Field(description=WITHHELD)
    full: Points
    coverage: Share
    rank: int | None
    tied: int | None = Field(description=WITHHELD)
    cohort_size: int | None = Field(description=WITHHELD)
    above: NeighboursAbove | None = Field(description="Null at the top, and for who is not ranked.")
    below: Neighbours | None = Field(description="Null at the end, and for who is not ranked.")
