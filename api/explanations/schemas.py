"""Explanations of scores."""

from typing import Annotated

from pydantic import Field

from api.explanations.rules import (
    AuthorityRule,
    Basis,
    CohortParameters,
    DerivationKind,
    ListedWord,
    Method,
    NormalisationRule,
    PanelOut,
    Verdict,
)
from api.http.members import (
    ApplicantName,
    ApplicantRef,
    CodeRef,
    Count,
    DimensionName,
    DimensionRef,
    Direction,
    EmptyRule,
    Flags,
    Id,
    IndicatorName,
    IndicatorRef,
    MeasureKind,
    MeasureName,
    MeasureRef,
    MissingRule,
    OfCohort,
    Rank,
    ReporterName,
    RoundRef,
    RunNumber,
    Sha256,
    SubmissionKind,
    SubmissionStatus,
    Unit,
    UnitName,
)
from api.http.schemas import Date, Moment, Name, Points, Schema, Share
from api.submissions.schemas import Value
from shared.explanations.place import MOST_AHEAD, MOST_NEIGHBOURS

Difference = float
WITHHELD = (
    "Null for an expert in an open round where it moves with applicants that it has yet to mark."
)


class ExplainedFramework(Schema):
    """The rules, as their document is registered."""

    code: CodeRef = Field(description="The framework's code.")
    version: CodeRef = Field(description="Its version.")
    sha256: Sha256 = Field(
        description="Of the document's canonical JSON (RFC 8785), in hexadecimal."
    )


class ExplainedSubmission(Schema):
    """A submission that a run took in, and what became of it."""

    id: Id = Field(description="The submission's id.")
    reporter: ReporterName = Field(description="Of an expert, for most readers, a pseudonym.")
    reporter_number: Count = Field(
        description="Tells the reporters of this document apart, whatever they are called."
    )
    kind: SubmissionKind = Field(description="As what it was made.")
    as_of: Date = Field(description="The date that the value describes.")
    revision: Count = Field(description="Counts what the reporter said of this date, from 1.")
    recorded_at: Moment = Field(description="When it was recorded.")
    run: RunNumber = Field(description="The run that took it in.")
    status: SubmissionStatus = Field(description="Whether it says a value or takes one back.")
    value: Value = Field(
        description="What it says, in the measure's own unit; null: it takes a value back."
    )
    reference: str | None = Field(description="Null too where the key does not reach it.")
    comment: str | None = Field(description="Null too where the key does not reach it.")
    verdict: Verdict = Field(description="`counts`, or why it was passed over.")
    by: Id | None = Field(description="The submission that it was passed over for, if it is one.")
    reason: Name = Field(description="The verdict in words.")


class ExplainedMeasure(Schema):
    """How one value came of all that was submitted of a measure."""

    measure: MeasureRef
    name: MeasureName
    unit: Unit
    unit_name: UnitName
    type: MeasureKind = Field(description="What a value of it is.")
    codes: list[ListedWord] = Field(
        description="The number of a category or a flag is its position in these, from 0."
    )
    rule: AuthorityRule | PanelOut = Field(
        discriminator="kind", description="How many values become one."
    )
    value: float | None = Field(description="As a number: of codes, how many.")
    flags: Flags
    submissions: list[ExplainedSubmission] = Field(
        description="All that was submitted of it, in the order in which it came; those that"
        " did not count too."
    )
    withheld: bool = Field(
        description="The key does not reach the measure: no submission is shown."
    )


class Term(Schema):
    """A measure that an indicator reads, and its value."""

    measure: MeasureRef
    value: float | None = Field(description="As a number; null: missing.")


class WeightedTerm(Term):
    """A measure in a sum; of other derivations the weight is 1."""

    weight: float = Field(description="What its value is multiplied by.")


class ExplainedDerivation(Schema):
    """measures → raw value."""

    kind: DerivationKind = Field(
        description="How the terms become one number; docs/methods.md has the formulas."
    )
    terms: list[WeightedTerm] = Field(description="What it reads, in the framework's order.")
    denominator: Term | None = Field(description="What a ratio divides by; null: it is no ratio.")
    per: float = Field(description="What a ratio is multiplied by; 1 of all others.")
    cap: float | None = Field(description="A greater raw value counts as this; null: none.")


class ExplainedNormalisation(Schema):
    """raw value → share."""

    method: Method = Field(description="The method; docs/methods.md has its formula.")
    direction: Direction = Field(description="Which values are better.")
    rule: NormalisationRule = Field(
        description="What the framework fixes, by the method's own names."
    )
    cohort: CohortParameters | None = Field(
        description="What the run took from the cohort: `n`, and the method's own. Null: nothing."
    )


class InForce(Schema):
    """By what a maximum changed where lines are skipped: full = own_full × dimension / counted."""

    dimension: Points = Field(description="The dimension's points in force.")
    counted: Points = Field(description="The points of its lines that are not skipped.")


class OneMore(Schema):
    """The line with one unit more of its raw value, everybody else unchanged."""

    value: float = Field(
        description="The raw value with the unit more, in the indicator's own unit."
    )
    share: Share = Field(description="The share that it would have.")
    points: Points = Field(description="The points that the line would earn.")
    gain: Difference = Field(description="Against the present points; negative where less is more.")


class ExplainedLine(Schema):
    """How one indicator's points came about, step by step."""

    indicator: IndicatorRef
    name: IndicatorName
    dimension: DimensionRef
    basis: Basis
    derivation: ExplainedDerivation = Field(description="How measures become the raw value.")
    value: float | None = Field(
        description="The raw value in the indicator's own unit; null: missing."
    )
    normalisation: ExplainedNormalisation = Field(description="How the raw value becomes a share.")
    share: Share | None = Field(description="Of the maximum in force; null: missing, or withheld.")
    withheld: bool = Field(description="Share and points are not shown: see `points`.")
    own_full: Points = Field(description="The maximum that the framework gives the indicator.")
    in_force: InForce | None = Field(description="What changed the maximum; null: nothing did.")
    full: Points = Field(description="The maximum in force.")
    unrounded: Points | None = Field(description=WITHHELD)
    points: Points | None = Field(description=WITHHELD)
    missing_rule: MissingRule = Field(
        description="What the framework says of the line where it has no value."
    )
    missing: bool = Field(description="Whether it has no value.")
    missing_measures: list[MeasureRef] = Field(
        description="Those of its measures that have no value."
    )
    costs_at_most: Points | None = Field(
        description="By how much the total could rise if the line had a value; null: it has one."
    )
    one_more: OneMore | None = Field(description="Null where one unit more has no meaning.")
    flags: Flags


class ExplainedDimension(Schema):
    """The sum of a dimension's lines."""

    code: DimensionRef
    name: DimensionName
    points: Points | None = Field(description=WITHHELD)
    own_full: Points = Field(description="The points that the framework gives the dimension.")
    full: Points = Field(
        description="The points in force: its own, unless empty dimensions pass theirs on."
    )


class Neighbours(Schema):
    """Those who share the next rank above or below."""

    rank: Rank = Field(description="The rank that they share.")
    tied: Count = Field(description="How many they are; the first ten are named.")
    applicants: Annotated[list[ApplicantRef], Field(max_length=MOST_NEIGHBOURS)] = Field(
        description="Their codes, in order of code."
    )
    total: Points = Field(description="The total that they share.")
    distance: Points = Field(description="The difference to the applicant's own total.")


class Ahead(Schema):
    """A line in which the first named above earns more."""

    indicator: IndicatorRef
    points: Points = Field(description="The applicant's own points.")
    theirs: Points = Field(description="The points of the first named above.")


class NeighboursAbove(Neighbours):
    """Those who share the next rank above, and where the first of them is ahead."""

    ahead_in: Annotated[list[Ahead], Field(max_length=MOST_AHEAD)] | None = Field(
        description="The lines, three at most, in which the first applicant named earns most"
        " more, the widest difference first. Null for an expert in an open round"
        " where they rest on others' marks."
    )


class ExplanationOut(Schema):
    """What a score rests on: a script that has this alone can compute all of it again."""

    round: RoundRef
    run: RunNumber = Field(description="The run that is explained.")
    as_of: Moment = Field(description="When the run was recorded.")
    reference_date: Date = Field(description="Values as of a later date do not count.")
    framework: ExplainedFramework = Field(description="The rules that were applied.")
    precision: Annotated[int, Field(ge=0, le=6)] = Field(description="Decimals of points.")
    empty_rule: EmptyRule = Field(
        description="What becomes of the points of a dimension of which every line is skipped."
    )
    applicant: ApplicantRef
    name: ApplicantName
    kind: OfCohort
    measures: list[ExplainedMeasure] = Field(description="Every measure, in the framework's order.")
    lines: list[ExplainedLine] = Field(description="Every indicator, in the framework's order.")
    dimensions: list[ExplainedDimension] = Field(
        description="Every dimension, in the framework's order."
    )
    total: Points | None = Field(description=WITHHELD)
    full: Points = Field(description="The most points that can be earned.")
    coverage: Share = Field(description="Points of indicators with a value, of all points.")
    rank: Rank | None = Field(
        description="The place among its kind; ties share one. Null: not ranked."
    )
    tied: Count | None = Field(description=WITHHELD)
    cohort_size: Count | None = Field(description=WITHHELD)
    above: NeighboursAbove | None = Field(description="Null at the top, and for who is not ranked.")
    below: Neighbours | None = Field(description="Null at the end, and for who is not ranked.")
