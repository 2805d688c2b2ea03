"""Keys as the contract shows them."""

from typing import Annotated, Any

from pydantic import Field

from api.http.members import ApplicantRef, Id, MeasureRef, ReporterName, RoundRef, said
from api.http.schemas import WHOLE, Code, Items, Line, Moment, Schema
from shared.access.list_store import Key
from shared.access.store import Terms
from shared.core.principal import Role
from shared.core.quota import Quota
from shared.settings import GREATEST_QUOTA

MOST_CODES = 1_000
LONGEST_OVERLAP = 30 * 24 * 60 * 60

Most = Annotated[int, Field(ge=0, le=GREATEST_QUOTA), WHOLE]
Codes = Annotated[list[Code], Field(min_length=1, max_length=MOST_CODES)]
SigningKey = Annotated[
    str,
    Field(
        max_length=100,
        pattern=r"^[A-Za-z0-9+/]+=*$",
        description="The Ed25519 public key by which its holder must sign: the base64 of its DER"
        " form, as its PEM file has it between the two lines.",
    ),
]


Secret = Annotated[str, said(pattern="^pz_[A-Za-z0-9_-]+$", maxLength=100)]


class KeyQuota(Schema):
    """How much a key may ask for; 0: any number. Left out or null: as the service has it."""

    requests: Most | None = Field(None, description="In a minute.")
    rows: Most | None = Field(None, description="Values sent in a day, alone or in files.")


class KeyIn(Schema):
    """A key to be made. Limits that are left out or null are none."""

    role: Annotated[Role, Field(strict=False)] = Field(
        description="What its holder is to the assessment."
    )
    name: Line = Field(description="The reporter; a name keeps its role for ever.")
    applicants: Codes | None = Field(None, description="It reaches these alone.")
    measures: Codes | None = Field(None, description="It reports these alone.")
    rounds: Codes | None = Field(None, description="It reaches these alone.")
    expires_at: Moment | None = Field(None, description="When it ends; null: never.")
    signing_key: SigningKey | None = Field(
        None,
        description="By which its holder must sign what changes something; null: it need not sign.",
    )
    quota: KeyQuota | None = Field(None, description="Null: as the service has it.")

    def to_domain(self) -> Terms:
        """Return what the key is made for."""
        return Terms(
            self.applicants,
            self.measures,
            self.rounds,
            self.expires_at,
            self.signing_key,
            None if self.quota is None else Quota(self.quota.requests, self.quota.rows),
        )


class RotationIn(Schema):
    """How a key is followed by another of the same reporter and limits."""

    overlap_seconds: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP), WHOLE] = Field(
        24 * 60 * 60,
        description="After so many seconds the old key ends, if it does not end before.",
    )
    expires_at: Moment | None = Field(
        None, description="When the new key ends; null: when the old one would have."
    )
    signing_key: SigningKey | None = Field(None, description="Null: as before.")


class KeyOut(Schema):
    """A key, without the secret, which is stored nowhere."""

    id: Id = Field(description="The key's number, by which it is rotated and revoked; no secret.")
    name: ReporterName = Field(description="The reporter.")
    role: Role = Field(description="What its holder is to the assessment.")
    applicants: list[ApplicantRef] | None = Field(description="Null: all.")
    measures: list[MeasureRef] | None = Field(description="Null: all.")
    rounds: list[RoundRef] | None = Field(description="Null: all.")
    signing_key: SigningKey | None = Field(
        description="By which its holder must sign; null: it need not."
    )
    created_at: Moment = Field(description="When it was made.")
    expires_at: Moment | None = Field(description="When it ends; null: never.")
    revoked_at: Moment | None = Field(description="When it was revoked; null: it was not.")
    last_used_at: Moment | None = Field(
        description="To some minutes; null: never, or not since the service takes note of it."
    )
    quota: KeyQuota | None = Field(description="Null: as the service has it.")
    active: bool = Field(description="Neither revoked nor expired.")

    @classmethod
    def of(cls, key: Key) -> "KeyOut":
        """Show *key*."""
        return cls(**_shown(key))


class KeyMade(KeyOut):
    """A new key, with the secret: it is shown here alone."""

    key: Secret = Field(description="What is sent as `Authorization: Bearer …`.")

    @classmethod
    def made(cls, key: Key, secret: str) -> "KeyMade":
        """Show *key* to whom it was made for."""
        return cls(**_shown(key), key=secret)


class KeyPage(Items[KeyOut]):
    """A page of keys."""


def _shown(key: Key) -> dict[str, Any]:
    return {
        "id": key.number,
        "name": key.name,
        "role": Role(key.role),
        "applicants": key.applicants,
        "measures": key.measures,
        "rounds": key.rounds,
        "signing_key": key.signing_key,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
        "quota": None
        if key.quota is None
        else KeyQuota(requests=key.quota.requests, rows=key.quota.rows),
        "active": key.in_force,
    }
