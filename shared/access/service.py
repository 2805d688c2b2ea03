"""API keys: made, shown once, recognised by their hash."""

import hashlib

from shared.access import store as keys
from shared.access import written
from shared.access.store import Terms
from shared.audit import store as audit
from shared.core.errors import NameTaken
from shared.core.principal import Actor, Principal
from shared.database import Session

NO_TERMS = Terms()


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
        "expires_at": terms.expires_at and terms.expires_at.isoformat(),
        "signing_key": terms.signing_key,
    }
    await audit.record(session, actor, "key.created", name, detail)
    return key


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


async def authenticate(session: Session, key: str) -> Principal | None:
    """Return who holds *key*, None if it opens nothing."""
    return await keys.valid(session, fingerprint(key))
