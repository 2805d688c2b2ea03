"""Applicants."""

from typing import Any

from pydantic import Field

from api.http.members import ApplicantName
from api.http.schemas import Code, Items, Kind, Moment, Name, Schema
from shared.applicants.store import Applicant, StoredApplicant


class ApplicantIn(Schema):
    """A county-level division (GB/T 2260 code) or an industrial park."""

    code: Code = Field(
        description="A GB/T 2260 code for a county, or a code of one's own for a park; it never"
        " changes."
    )
    kind: Kind = Field(description="Names the cohort in which the applicant is ranked.")
    name: ApplicantName
    division: Code | None = Field(None, description="The division in which it lies; not looked up.")

    def to_domain(self) -> Applicant:
        """Return the applicant that is meant."""
        return Applicant(self.code, self.kind, self.name.to_domain(), self.division)


class ApplicantChange(Schema):
    """What may change of an applicant; what is left out stays."""

    name: Name | None = Field(None, description="Null is as good as left out.")
    division: Code | None = Field(None, description="Null says that it lies in none.")

    def to_domain(self) -> dict[str, Any]:
        """Return what was given, by the applicant's own names for it."""
        changes: dict[str, Any] = {}
        if self.name is not None:
            changes["name"] = self.name.to_domain()
        if "division" in self.model_fields_set:
            changes["division"] = self.division
        return changes


class ApplicantOut(ApplicantIn):
    """An applicant as registered."""

    registered_at: Moment = Field(description="When it was registered.")
    changed_at: Moment = Field(description="When it was last changed; else when it was registered.")

    @classmethod
    def of(cls, stored: StoredApplicant) -> "ApplicantOut":
        """Show *stored*."""
        return cls(
            code=stored.code,
            kind="county" if stored.kind == "county" else "park",
            name=Name(zh=stored.name.zh, en=stored.name.en),
            division=stored.division,
            registered_at=stored.registered_at,
            changed_at=stored.changed_at,
        )


class ApplicantPage(Items[ApplicantOut]):
    """A page of applicants."""
