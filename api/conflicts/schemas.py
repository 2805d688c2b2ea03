"""Ties as the contract shows them."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from api.http.members import ApplicantRef, ReporterName
from api.http.schemas import Items, Line, Moment, Schema
from shared.conflicts.store import Tie

TieState = TypeAliasType(
    "TieState",
    Annotated[
        Literal["declared", "lifted"],
        Field(description="Whether an expert is tied to an applicant."),
    ],
)


class ConflictIn(Schema):
    """Declares an expert's tie to an applicant, or lifts it."""

    state: TieState = Field(
        description="`declared`: the expert's marks of the applicant do not count. `lifted`: it"
        " may mark again."
    )
    reason: Line = Field(description="For administrators and auditors alone.")


class ConflictOut(ConflictIn):
    """A tie as it stands."""

    expert: ReporterName = Field(description="The expert's name.")
    applicant: ApplicantRef
    changed_at: Moment = Field(description="When it was declared or lifted.")

    @classmethod
    def of(cls, tie: Tie) -> "ConflictOut":
        """Show *tie*."""
        return cls.model_validate({name: getattr(tie, name) for name in cls.model_fields})


class ConflictPage(Items[ConflictOut]):
    """A page of ties."""
