"""Who holds a token: verified once, and remembered for a moment."""

import time
from dataclasses import dataclass
from functools import partial
from typing import Self

from cachetools import LRUCache, TLRUCache

from shared.access import store as keys
from shared.access.tokens import compact
from shared.access.tokens.claims import require_claims, require_header
from shared.access.tokens.configuration import Trust, trust_of
from shared.access.tokens.issuer import keys_of
from shared.access.tokens.mapping import Grant
from shared.access.tokens.published import PublishedKeys
from shared.access.tokens.refusal import Rule, refused
from shared.core.principal import Principal
from shared.database import Database
from shared.settings import Settings

KEPT = 4_096
REPORTERS = 16_384
SECONDS = 60.0
"""For how long a token that was verified is not looked at again."""


@dataclass(frozen=True, slots=True)
class _Holder:
    principal: Principal
    until: float


class Tokens:
    """The tokens seen of late, and the reporters behind them."""

    def __init__(self, trust: Trust, published: PublishedKeys, database: Database) -> None:
        """Take the tokens that *trust* admits, verified by the *published* keys."""
        self._trust, self._published, self._database = trust, published, database
        self._known: TLRUCache[str, _Holder] = TLRUCache(
            KEPT, lambda _token, holder, _now: holder.until, timer=time.monotonic
        )
        self._reporters: LRUCache[str, int] = LRUCache(REPORTERS)

    @classmethod
    def of(cls, settings: Settings, database: Database) -> Self | None:
        """Return what *settings* ask for; None: no tokens are taken. Raises: SettingUnusable."""
        trust = trust_of(settings)
        if trust is None:
            return None
        return cls(trust, PublishedKeys(partial(keys_of, trust.issuer)), database)

    def known(self, token: str) -> Principal | None:
        """Return who holds *token* if that was found out a moment ago."""
        holder = self._known.get(token)
        return None if holder is None else holder.principal

    async def holder(self, token: str) -> Principal:
        """Return who holds *token*. Raises: TokenRefused, Unavailable, SchemaUnknown."""
        read = compact.read(token)
        kid, algorithm = require_header(read.header, self._trust)
        (await self._published.with_key(kid)).require_signed(read, kid, algorithm)
        claims = compact.members(read.payload)
        now = time.time()
        left = require_claims(claims, self._trust, now) - now
        principal = await self._principal(self._trust.mapping.grant(claims))
        self._known[token] = _Holder(principal, time.monotonic() + min(left, SECONDS))
        return principal

    async def _principal(self, grant: Grant) -> Principal:
        name = f"{self._trust.issuer}#{grant.actor} ({grant.role})"
        return Principal(
            reporter=self._reporters.get(name) or await self._reporter(name, grant.role),
            name=name,
            role=grant.role,
            applicants=grant.applicants,
            measures=grant.measures,
            rounds=grant.rounds,
        )

    async def _reporter(self, name: str, role: str) -> int:
        """Return the reporter of this name, registered at first sight; of two at once, once.

        Whoever is known costs a look, not a write: the disk may be full, and reading goes on.
        """
        async with self._database.reading() as session:
            found = await keys.find_reporter(session, name)
        if found is None:
            async with self._database.session() as session:
                found = await keys.reporter(session, name, role)
        if found[1] != role:  # somebody made a key under this name
            raise refused(Rule.ROLE)
        self._reporters[name] = found[0]
        return found[0]
