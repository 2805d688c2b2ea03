"""Ties as the contract shows them."""

from typing import Literal

from pydantic import Field

from api.http.schemas import Items, Line, Moment, Schema
from shared.conflicts.store import Tie


class ConflictIn(Schema):
    """Declares an expert's tie to an applicant, or lifts it."""

    state: Literal["declared", "lifted"]
    reason: Line = Field(description="For administrators and auditors alone.")


class ConflictOut(ConflictIn):
    """A tie as it stands."""

    expert: str
    applicant: str
    changed_at: Moment

    @classmethod
    def of(cls, tie: Tie) -> "ConflictOut":
        """Show *tie*."""
        return cls.model_validate({name: getattr(tie, name) for name in cls.model_fields})


class ConflictPage(Items[ConflictOut]):
    """A page of ties."""
