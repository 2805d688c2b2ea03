"""Experts' panels: conflicts of interest and adjudications."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from api.http.members import ApplicantRef, Id, MeasureRef, ReporterName, RoundRef, said
from api.http.schemas import Date, Items, Line, Schema
from shared.adjudications.service import Adjudication, Case
from shared.panels.pseudonym import pseudonym
from shared.rounds.store import RoundFacts

AdjudicationResult = TypeAliasType(
    "AdjudicationResult",
    Annotated[
        Literal["created", "revised", "unchanged"],
        Field(description="What became of an adjudication beside what was settled before."),
    ],
)
AdjudicationState = TypeAliasType(
    "AdjudicationState",
    Annotated[
        Literal["open", "settled"], Field(description="Whether a panel's line awaits adjudication.")
    ],
)
Pseudonym = Annotated[str, said(pattern="^expert-[A-Z2-7]{8}$", maxLength=15)]


class AdjudicationIn(Schema):
    """Settles what a panel's marks leave open."""

    value: float | None = Field(
        description="The mark that counts instead of the panel's, within the measure's range. Null"
        " leaves it to the panel again."
    )
    reason: Line = Field(description="Kept as the submission's comment.")

    def to_domain(self, applicant: str, measure: str) -> Adjudication:
        """Return what is settled of *applicant* and *measure*."""
        return Adjudication(applicant, measure, self.value, self.reason)


class AdjudicationReceipt(AdjudicationIn):
    """What became of an adjudication."""

    id: Id | None = Field(
        description="Of the submission that records it; may be given as `wait_for`. Null: there was"
        " nothing to lift."
    )
    result: AdjudicationResult = Field(
        description="`unchanged`: the same was settled already, or there was nothing to lift."
    )
    round: RoundRef
    applicant: ApplicantRef
    measure: MeasureRef
    as_of: Date = Field(description="The round's reference date.")


class MarkOut(Schema):
    """One expert's standing mark."""

    expert: Pseudonym = Field(description="The pseudonym that others see in this round.")
    name: ReporterName = Field(description="The expert's name.")
    value: float = Field(description="The mark, within the measure's range.")
    revised_after_sight: bool = Field(
        description="Changed when the expert could read others' marks of the applicant and measure:"
        " it is not the one that was given blind."
    )


class AdjudicationOut(Schema):
    """A panel's line that awaits adjudication, or has been settled."""

    applicant: ApplicantRef
    measure: MeasureRef
    state: AdjudicationState = Field(description="Whether somebody has settled the line.")
    marks: list[MarkOut] = Field(description="Those that stand, from the lowest up.")
    combined: float | None = Field(
        description="What the panel says by itself; null: fewer marks than it asks for."
    )
    spread: float | None = Field(description="The highest mark less the lowest; null: no mark.")
    tolerance: float | None = Field(description="The most that marks may differ by; null: any.")
    adjudicated: float | None = Field(description="The mark that counts instead; null: none.")
    adjudicator: ReporterName | None = Field(description="Who settled it; null: nobody yet.")
    reason: str | None = Field(description="Why it was settled so; null: it is open.")

    @classmethod
    def of(cls, case: Case, round_: RoundFacts) -> "AdjudicationOut":
        """Show *case*."""
        said = case.said
        marks = zip(said.experts, said.names, said.marks, said.revised, strict=True)
        return cls(
            applicant=said.applicant,
            measure=said.measure,
            state="open" if said.adjudicated is None else "settled",
            marks=[
                MarkOut(
                    expert=pseudonym(round_.salt, expert),
                    name=name,
                    value=value,
                    revised_after_sight=revised,
                )
                for expert, name, value, revised in marks
            ],
            combined=case.combined,
            spread=case.spread,
            tolerance=case.panel.tolerance,
            adjudicated=said.adjudicated,
            adjudicator=said.adjudicator,
            reason=said.reason,
        )


class AdjudicationPage(Items[AdjudicationOut]):
    """A page of panels' lines."""
