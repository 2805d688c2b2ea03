"""Signing in and out. Whoever holds a session's token is taken for the holder of its key."""

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from shared.access import service as keys
from shared.access import written
from shared.audit import store as audit
from shared.core.errors import Forbidden
from shared.core.principal import Actor, Principal
from shared.database import Session
from shared.sessions import store as sessions

TOKEN_BYTES = 32
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
LINK_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that began: its token, which cannot be shown again, whose it is, how long."""

    token: str
    principal: Principal
    lasts: timedelta


async def begin(
    session: Session, request_id: str, key: str, lifetime: timedelta, address: str = ""
) -> Begun | None:
    """Begin a session for the holder of *key*; None if it opens nothing.

    *address* is where the request came from. The session ends after its *lifetime*, or with the
    key. Raises: Forbidden where the key is to sign, SchemaUnknown.
    """
    principal = await keys.authenticate(session, key) if written.may_be_one(key) else None
    if principal is None:
        return None
    return await _begin(session, principal, principal.acting(request_id, address), lifetime)


async def link(
    session: Session, actor: Actor, key: int, lifetime: timedelta = LINK_LIFETIME
) -> str:
    """Return a token that begins one session for the key of this number, within its *lifetime*.

    Raises: SchemaUnknown.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await sessions.add_link(session, keys.fingerprint(token), key, lifetime)
    await audit.record(session, actor, "link.created", str(key))
    return token


async def enter(
    session: Session, request_id: str, link_token: str, lifetime: timedelta, address: str = ""
) -> Begun | None:
    """Begin a session by a link, which then is used up; None if it opens nothing, or no more.

    Of two at once one begins. Raises: what `begin` raises.
    """
    if not TOKEN.fullmatch(link_token):
        return None
    principal = await sessions.use_link(session, keys.fingerprint(link_token))
    if principal is None:
        return None
    return await _begin(session, principal, principal.acting(request_id, address), lifetime)


async def end(session: Session, actor: Actor, token: str) -> int | None:
    """End the session of this *token*; return its number, None if it has ended before.

    Raises: SchemaUnknown.
    """
    number = await sessions.end(session, keys.fingerprint(token))
    if number is not None:
        await audit.record(session, actor, "session.ended", str(number))
    return number


async def find(session: Session, token: str) -> sessions.Found | None:
    """Return the open session of this *token*, None if there is none. Raises: SchemaUnknown."""
    if not TOKEN.fullmatch(token):
        return None
    return await sessions.find(session, keys.fingerprint(token))


async def _begin(
    session: Session, principal: Principal, actor: Actor, lifetime: timedelta
) -> Begun:
    if principal.signing is not None:
        raise Forbidden("this key signs what it sends, which no browser does: use another one")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    added = await sessions.add(session, keys.fingerprint(token), principal.key, lifetime)
    detail = {"key": principal.key, "expires_at": added.expires_at.isoformat()}
    await audit.record(session, actor, "session.begun", str(added.number), detail)
    return Begun(token, principal, added.lasts)
