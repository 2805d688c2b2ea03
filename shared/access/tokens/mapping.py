"""What a token's claims mean here: its role, how far it reaches, and who acts.

The operator writes it down in a file (docs/operations.md shows one). Of its roles the first counts
that the token has.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from shared.access.tokens.refusal import Rule, refused
from shared.core.principal import Role

MOST_CHARACTERS = 255
"""As many as OpenID Connect lets a subject have."""

Word = Annotated[str, Field(min_length=1)]
Path = Word | Annotated[list[Word], Field(min_length=1)]
"""A claim by its name, or by the names that lead to it from object to object."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token's claims come to; the limits as for `Principal`."""

    actor: str
    role: Role
    applicants: frozenset[str] | None
    measures: frozenset[str] | None
    rounds: frozenset[str] | None


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FromClaim(_Strict):
    """Codes that the token itself brings, which it must have then."""

    claim: Path


Limit = Annotated[list[Word], Field(min_length=1)] | FromClaim | None


class MappedRole(_Strict):
    """Which *role* a *value* of the token stands for, and how far that reaches (None: no limit)."""

    value: Word
    role: Role
    applicants: Limit = None
    measures: Limit = None
    rounds: Limit = None


class Mapping(_Strict):
    """Which claim says who acts, which one has the roles, and what those are here."""

    actor_claim: Path = "sub"
    roles_claim: Path
    roles: Annotated[list[MappedRole], Field(min_length=1)]

    def grant(self, claims: dict[str, Any]) -> Grant:
        """Return what *claims* come to. Raises: TokenRefused."""
        for claim in ("sub", self.actor_claim):
            if not _is_code(actor := _at(claims, claim)):
                raise refused(Rule.SUBJECT)
        given = _at(claims, self.roles_claim)
        values = given.split() if self.roles_claim == "scope" and isinstance(given, str) else given
        held = set(_codes(values, Rule.ROLE))
        mapped = next((each for each in self.roles if each.value in held), None)
        if mapped is None:
            raise refused(Rule.ROLE)
        limits = (mapped.applicants, mapped.measures, mapped.rounds)
        return Grant(actor, mapped.role, *(_reach(each, claims) for each in limits))


def _reach(limit: Limit, claims: dict[str, Any]) -> frozenset[str] | None:
    if isinstance(limit, FromClaim):
        return frozenset(_codes(_at(claims, limit.claim), Rule.LIMITS))
    return None if limit is None else frozenset(limit)


def _at(claims: Any, path: Path) -> Any:
    for name in [path] if isinstance(path, str) else path:
        claims = claims.get(name) if isinstance(claims, dict) else None
    return claims


def _codes(found: Any, rule: Rule) -> Iterator[str]:
    """Yield what a claim lists, at least one; a single one may stand for itself."""
    listed = found if isinstance(found, list) else [found]
    if not listed or not all(map(_is_code, listed)):
        raise refused(rule)
    yield from listed


def _is_code(found: Any) -> bool:
    return isinstance(found, str) and 0 < len(found) <= MOST_CHARACTERS and found.isprintable()
