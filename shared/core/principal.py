"""Who is on the other side: the roles, the holder of a key, and who did something."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from shared.core.quota import Quota


class Role(StrEnum):
    """What somebody is to the assessment. Stored, and part of the contract."""

    ADMIN = "admin"
    PORTAL = "portal"
    SOURCE = "source"
    EXPERT = "expert"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from: by which *key* (its number, 0 of a token) in which role.

    *address* is empty where it is not known.
    """

    key: int
    role: Role
    address: str


@dataclass(frozen=True, slots=True)
class Actor:
    """A reporter by name, and the request that everything it causes is traced to.

    *origin* is None at the command line.
    """

    name: str
    request_id: str
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Of an API key by number: the public key by which what it sends is signed, as it is stored."""

    number: int
    public: str


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: a reporter, its role, what this *key* of it, by number, reaches (None: no limit).

    An issuer's token is no key of ours: then *key* is 0. Where it is to sign what it changes,
    *signing* says by which key; *quota* is the key's own, if it has one.
    """

    reporter: int
    name: str
    role: Role
    applicants: frozenset[str] | None
    measures: frozenset[str] | None
    signing: SigningKey | None = None
    rounds: frozenset[str] | None = None
    key: int = 0
    quota: Quota | None = None

    def acting(self, request_id: str, address: str = "") -> Actor:
        """Return who acts in a request that came from this *address*."""
        return Actor(self.name, request_id, Origin(self.key, self.role, address))

    @property
    def limited(self) -> bool:
        """Whether there is anything that this key does not reach."""
        limits = (self.applicants, self.measures, self.rounds)
        return any(each is not None for each in limits)

    def reaches_applicant(self, applicant: str) -> bool:
        """Say whether this key reaches *applicant*."""
        return self.applicants is None or applicant in self.applicants

    def reaches(self, rounds: Iterable[str] | None) -> bool:
        """Say whether this key reaches all of *rounds*; None: whatever it reaches."""
        return self.rounds is None or rounds is None or self.rounds.issuperset(rounds)
