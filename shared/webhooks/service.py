"""Subscribing: made, taken away, resumed, tried out. Deliveries are a worker's (`courier`)."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from shared.access import limit_store as limits
from shared.audit import store as audit
from shared.core.errors import Finding, Forbidden, Invalid, TooManyWebhooks, Unavailable
from shared.core.principal import Actor, Principal, Role
from shared.database import Database, Session
from shared.visibility import streams_whole
from shared.webhooks import signing, store
from shared.webhooks.model import Answer, DeliveryFailure, Webhook
from shared.webhooks.store import NewWebhook
from shared.webhooks.targets import Targets

MOST_OF_A_KEY = 20

TEST_PATIENCE = timedelta(seconds=12)
"""How long a worker may take for a test call: longer than a receiver may for its answer."""
LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Made:
    """A new subscription, and its secret, which cannot be shown again."""

    webhook: Webhook
    secret: str


def reach(reader: Principal) -> int | None:
    """Return the key whose subscriptions *reader* may see; None: everybody's."""
    return None if reader.role == Role.ADMIN and not reader.limited else reader.key


async def create(
    session: Session, actor: Actor, reader: Principal, new: NewWebhook, targets: Targets
) -> Made:
    """Subscribe the key of *reader* to what happens from now on.

    Raises: Invalid, Forbidden, TooManyWebhooks, SchemaUnknown.
    """
    if not reader.key:
        raise Forbidden("a webhook belongs to a key: an issuer's token has none")
    if not streams_whole(reader):
        raise Forbidden("webhooks tell the whole, which this key may not see", role=reader.role)
    if not reader.reaches(new.rounds):
        raise Forbidden("the key does not reach this round")
    findings = [*targets.findings(new.url), *await _of_rounds(session, new.rounds)]
    if findings:
        raise Invalid("no such webhook can be made", tuple(findings))
    if await store.count(session, reader.key) >= MOST_OF_A_KEY:
        raise TooManyWebhooks("take away another webhook of the key first", most=MOST_OF_A_KEY)
    secret = signing.new_secret()
    number = await store.add(session, reader.key, new, secret)
    detail = {"url": new.url, "events": new.events, "rounds": new.rounds}
    await audit.record(session, actor, "webhook.created", str(number), detail)
    return Made(await store.get(session, reader.key, number), signing.shown(secret))


async def remove(session: Session, actor: Actor, reader: Principal, number: int) -> None:
    """Take away a subscription; an attempt under way ends. Raises: NotFound, SchemaUnknown."""
    url = await store.remove(session, reach(reader), number)
    await audit.record(session, actor, "webhook.deleted", str(number), {"url": url})


async def resume(session: Session, actor: Actor, reader: Principal, number: int) -> Webhook:
    """Have deliveries go on, at once, where they stopped. Raises: NotFound, SchemaUnknown."""
    url = await store.resume(session, reach(reader), number)
    await audit.record(session, actor, "webhook.resumed", str(number), {"url": url})
    return await store.get(session, reach(reader), number)


async def test(database: Database, reader: Principal, number: int) -> Answer:
    """Have a worker, which alone knows the secret, make a test call; return what came of it.

    Raises: NotFound, SchemaUnknown, Unavailable where no worker makes it in time.
    """
    async with database.session() as session:
        which = await store.ask_for_test(session, reach(reader), number)
    try:
        async with asyncio.timeout(TEST_PATIENCE.total_seconds()):
            return await _test_made(database, number, which)
    except TimeoutError:
        raise Unavailable("no worker made the call in time: try again") from None


async def _test_made(database: Database, number: int, which: int) -> Answer:
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        async with database.reading() as session:
            said = await store.test_answer(session, number, which)
        if said is not None:
            failure = said["failure"] and DeliveryFailure(said["failure"])
            return Answer(said["status"], failure, said["milliseconds"])


async def _of_rounds(session: Session, rounds: list[str] | None) -> list[Finding]:
    unknown = await limits.unknown(session, None, None, rounds)
    return [
        Finding(f"/rounds/{place}", "unknown-round", f"no round {code} is registered")
        for _, place, code in unknown
    ]
