"""API keys: made, shown once, recognised by their hash; rotated and revoked."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from shared.access import limit_store as limits
from shared.access import list_store as listed
from shared.access import signing, written
from shared.access import store as keys
from shared.access.store import Terms
from shared.audit import store as audit
from shared.core.errors import Finding, Invalid, KeyEnded, LastAdminKey, NameTaken
from shared.core.principal import Actor, Principal
from shared.database import Session

NO_TERMS = Terms()
KINDS = {"applicants": "applicant", "measures": "measure", "rounds": "round"}


@dataclass(frozen=True, slots=True)
class Made:
    """A new key: its number, and the key itself, which cannot be shown again."""

    number: int
    key: str


def fingerprint(key: str) -> bytes:
    """Return what is stored of a key. Its 256 random bits need no slow hash."""
    return hashlib.sha256(key.encode()).digest()


async def create(
    session: Session,
    actor: Actor,
    name: str,
    role: str,
    terms: Terms = NO_TERMS,
) -> str:
    """Make a key for the reporter of this name and return it: it cannot be shown again.

    A reporter may have several keys, so that one can follow another. Raises: NameTaken,
    SchemaUnknown.
    """
    return (await _create(session, actor, name, role, terms)).key


async def issue(session: Session, actor: Actor, name: str, role: str, terms: Terms) -> Made:
    """Make a key as `create` does, if its *terms* let it reach something.

    Raises: Invalid and what `create` raises.
    """
    _require_none([*_of_terms(terms), *await _of_limits(session, terms)])
    return await _create(session, actor, name, role, terms)


async def rotate(
    session: Session,
    actor: Actor,
    number: int,
    overlap: timedelta,
    expires_at: datetime | None = None,
    signing_key: str | None = None,
) -> Made:
    """Make a key that follows the one of this *number*, which ends after the *overlap* at most.

    It has the same reporter and limits, and unless others are given the same end and signing key.
    Raises: NotFound, KeyEnded, Invalid, SchemaUnknown.
    """
    old = await listed.get(session, number)
    ends_at = await keys.end_in(session, number, overlap)
    if ends_at is None:
        raise KeyEnded(f"key {number} has ended: make a new one")
    terms = Terms(
        old.applicants,
        old.measures,
        old.rounds,
        expires_at or old.expires_at,
        signing_key or old.signing_key,
        old.quota,
    )
    _require_none(_of_terms(terms))
    made = await _create(session, actor, old.name, old.role, terms)
    detail = {"number": number, "successor": made.number, "ends_at": ends_at.isoformat()}
    await audit.record(session, actor, "key.rotated", old.name, detail)
    return made


async def revoke(
    session: Session, actor: Actor, name: str | None = None, number: int | None = None
) -> int:
    """Revoke all keys of the reporter of this name, or the key of this number.

    Returns how many were valid.
    """
    revoked = await keys.revoke(session, name, number)
    for whose, numbers in revoked.items():
        detail = {"keys": len(numbers), "numbers": numbers}
        await audit.record(session, actor, "key.revoked", whose, detail)
    return sum(map(len, revoked.values()))


async def revoke_but_the_last(session: Session, actor: Actor, number: int) -> None:
    """Revoke the key of this number, unless nobody could make another over HTTP then.

    One that has ended stays so. Raises: NotFound, LastAdminKey, SchemaUnknown.
    """
    await listed.get(session, number)
    if await keys.hold_admins(session) == [number]:
        raise LastAdminKey("make another key of an administrator, without limits, before this ends")
    await revoke(session, actor, number=number)


async def authenticate(session: Session, key: str) -> Principal | None:
    """Return who holds *key*, None if it opens nothing."""
    return await keys.valid(session, fingerprint(key))


async def _create(session: Session, actor: Actor, name: str, role: str, terms: Terms) -> Made:
    reporter, stored_role = await keys.reporter(session, name, role)
    if stored_role != role:
        raise NameTaken(
            f'the reporter "{name}" has the role {stored_role} for ever: choose another name, or'
            " that role",
            role=stored_role,
        )
    key = written.new()
    number = await keys.add(session, reporter, fingerprint(key), terms)
    detail = {
        "number": number,
        "role": role,
        "applicants": terms.applicants,
        "measures": terms.measures,
        "rounds": terms.rounds,
        "expires_at": terms.expires_at and terms.expires_at.isoformat(),
        "signing_key": terms.signing_key,
        "quota": None if terms.quota is None else asdict(terms.quota),
    }
    await audit.record(session, actor, "key.created", name, detail)
    return Made(number, key)


def _require_none(findings: list[Finding]) -> None:
    if findings:
        raise Invalid("no such key can be made", tuple(findings))


def _of_terms(terms: Terms) -> list[Finding]:
    found = list[Finding]()
    if terms.expires_at is not None and terms.expires_at <= datetime.now(UTC):
        said = f"the key would have expired on {terms.expires_at:%Y-%m-%d}: give a later date"
        found.append(Finding("/expires_at", "in-the-past", said))
    if terms.signing_key is not None:
        try:
            signing.read(terms.signing_key)
        except signing.KeyUnusable as error:
            found.append(Finding("/signing_key", "key-unusable", f"the signing key {error}"))
    return found


async def _of_limits(session: Session, terms: Terms) -> list[Finding]:
    unknown = await limits.unknown(session, terms.applicants, terms.measures, terms.rounds)
    return [
        Finding(
            f"/{field}/{place}",
            f"unknown-{KINDS[field]}",
            f"no {KINDS[field]} {code} is registered",
            {"code": code},
        )
        for field, place, code in unknown
    ]
