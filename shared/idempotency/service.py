"""Executing a request once: of all that carry one key, one goes on and the others are answered."""

import asyncio
import hashlib
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from shared.core.errors import IdempotencyKeyReused
from shared.database import Database, Session
from shared.database.turns import Turns
from shared.idempotency import store
from shared.idempotency.store import Kept

SMALL = 16 * 1024
"""Bytes that are packed and unpacked at once; what has more goes to a thread."""

FAST = 1
"""zlib's level: an answer of 50 000 rows becomes a tenth in a third of the time of the usual."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request with a *key*; its *fingerprint* is a digest of all that its effect depends on."""

    reporter: int
    key: str
    fingerprint: bytes

    @property
    def identity(self) -> int:
        """What it shares with those that carry the same key, and hardly with any other."""
        digest = hashlib.sha256(f"{self.reporter} {self.key}".encode()).digest()
        return int.from_bytes(digest[:8])


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered, to be given again byte for byte."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Answered(Exception):
    """The request took effect before."""

    def __init__(self, answer: Answer) -> None:
        """Say what was answered."""
        super().__init__(f"status {answer.status}")
        self.answer = answer


class Answers:
    """The answers of requests with a key, each committed in one transaction with its effect.

    So no effect is without its answer and no answer without its effect, wherever a process ends.
    """

    def __init__(self, patience: timedelta) -> None:
        """Keep none yet; twins in this process wait for each other with *patience*."""
        self._turns = Turns(1, patience)

    @asynccontextmanager
    async def transaction(
        self, database: Database, sent: Sent, round_: str | None
    ) -> AsyncIterator[Session]:
        """Give the transaction in which *sent* takes effect, on this *round* if it names one.

        Of those that carry the same key at once one goes on, and the others wait until it is
        committed or undone: here without a connection, across processes with one each.
        Raises: Answered, IdempotencyKeyReused, Busy, SchemaUnknown.
        """
        begun = database.session() if round_ is None else database.writing(round_)
        async with self._turns.turn(f"{sent.reporter} {sent.key}"), begun as session:
            await store.hold(session, sent.identity)
            # A statement of its own, which sees what was committed while the first one waited.
            kept = await store.find(session, sent.reporter, sent.key)
            if kept is not None and kept.fingerprint != sent.fingerprint:
                raise IdempotencyKeyReused("the key came with another request before")
            if kept is not None:
                body = await _aside(zlib.decompress, kept.body)
                raise Answered(Answer(kept.status, kept.headers, body))
            yield session

    async def keep(self, session: Session, sent: Sent, answer: Answer) -> None:
        """Keep the *answer* to *sent* in the transaction that `transaction` gave."""
        body = await _aside(_packed, answer.body)
        kept = Kept(sent.fingerprint, answer.status, answer.headers, body)
        await store.keep(session, sent.reporter, sent.key, kept)


def _packed(body: bytes) -> bytes:
    return zlib.compress(body, FAST)


async def _aside(work: Callable[[bytes], bytes], body: bytes) -> bytes:
    """Return what *work* makes of *body*, while others have their turn if it is large."""
    return work(body) if len(body) <= SMALL else await asyncio.to_thread(work, body)
