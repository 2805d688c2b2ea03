"""Applicants."""

from pydantic import Field

from api.schemas.common import Code, Items, Kind, Moment, Name, Schema
from shared.store.applicants import Applicant, StoredApplicant


class ApplicantIn(Schema):
    """A county-level division (GB/T 2260 code) or an industrial park."""

    code: Code
    kind: Kind = Field(description="Names the cohort in which the applicant is ranked.")
    name: Name
    division: Code | None = Field(None, description="The division in which it lies.")

    def to_domain(self) -> Applicant:
        """Return the applicant that is meant."""
        return Applicant(self.code, self.kind, self.name.to_domain(), self.division)


class ApplicantChange(Schema):
    """What may change of an applicant; what is left out stays."""

    name: Name | None = None
    division: Code | None = None


class ApplicantOut(ApplicantIn):
    """An applicant as registered."""

    registered_at: Moment
    changed_at: Moment

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
