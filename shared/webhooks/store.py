"""Subscriptions as their holders and administrators know them: all but the secret."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import BOOLEAN, JSON
from sqlalchemy.exc import ProgrammingError

from shared.core.errors import NotFound
from shared.database import SchemaUnknown, Session
from shared.webhooks.model import Webhook

HEAD = """
    SELECT round.id AS round, round.code, lane.kind, lane.position
    FROM round CROSS JOIN LATERAL (
        SELECT 'run' AS kind, (SELECT max(number) FROM run WHERE run.round = round.id) AS position
        UNION ALL
        SELECT kind, (
            SELECT max(position) FROM round_event AS event
            WHERE event.round = round.id AND event.kind = of.kind
        )
        FROM (VALUES ('round'), ('operation')) AS of (kind)
    ) AS lane
    WHERE lane.position > 0
"""
"""The last event of each round and kind: below it every position is taken and committed."""

PENDING = """
    head
    LEFT JOIN webhook_position AS at
        ON at.round = head.round AND at.webhook = webhook.id AND at.kind = head.kind
    WHERE head.kind = ANY (webhook.events) AND head.position > coalesce(at.position, 0)
        AND coalesce(head.code = ANY (webhook.rounds), true)
        AND coalesce(head.code = ANY (api_key.rounds), true)
"""
"""What a subscription is still to be told, of rounds that its key reaches.

A round without a position began after the subscription.
"""

IN_FORCE = "api_key.revoked_at IS NULL AND coalesce(api_key.expires_at > now(), true)"

OWN = "webhook.key = coalesce(CAST(:key AS bigint), webhook.key)"
"""Whose: of one key, or of any (null)."""

COLUMNS = f"""
    WITH head AS MATERIALIZED ({HEAD})
    SELECT webhook.id, webhook.key, reporter.name, webhook.url, webhook.events, webhook.rounds,
        webhook.created_at, webhook.failures, webhook.paused, {IN_FORCE}, webhook.last_status,
        webhook.last_failure, webhook.last_attempt_at, webhook.delivered_at, webhook.retry_at,
        (SELECT coalesce(sum(head.position - coalesce(at.position, 0)), 0)::bigint FROM {PENDING})
    FROM webhook
    JOIN api_key ON api_key.id = webhook.key
    JOIN reporter ON reporter.id = api_key.reporter
    WHERE {OWN}
"""  # noqa: S608 -- all of it stands above

NOTIFY = text("SELECT pg_notify('webhook', :id)")


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """What somebody subscribes to; no *rounds*: all, those to come too."""

    url: str
    events: list[str]
    rounds: list[str] | None


@contextmanager
def _of_this_schema() -> Iterator[None]:
    """Say what is missing where the database knows no subscriptions. Raises: SchemaUnknown."""
    try:
        yield
    except ProgrammingError as error:
        raise SchemaUnknown("webhooks need step 0018: run `pilotzone migrate`") from error


async def page(session: Session, key: int | None, after: int, limit: int) -> list[Webhook]:
    """Return at most *limit* subscriptions of a key, or of any, from behind *after* on."""
    query = text(f"{COLUMNS} AND webhook.id > :after ORDER BY webhook.id LIMIT :limit")
    with _of_this_schema():
        found = await session.execute(query, {"key": key, "after": after, "limit": limit})
    return [Webhook(*row) for row in found]


async def get(session: Session, key: int | None, number: int) -> Webhook:
    """Return a key's subscription of this number, or whosever it is. Raises: NotFound."""
    query = text(f"{COLUMNS} AND webhook.id = :id")
    with _of_this_schema():
        row = (await session.execute(query, {"key": key, "id": number})).first()
    if row is None:
        raise _unknown(number)
    return Webhook(*row)


async def count(session: Session, key: int) -> int:
    """Count a key's subscriptions; until the commit nobody adds one."""
    with _of_this_schema():
        await session.execute(
            text("SELECT id FROM api_key WHERE id = :key FOR NO KEY UPDATE"), {"key": key}
        )
        counted = text("SELECT count(*) FROM webhook WHERE key = :key")
        found: int = (await session.scalars(counted, {"key": key})).one()
        return found


ADD = text("""
    INSERT INTO webhook (key, url, events, rounds, secret)
    VALUES (:key, :url, :events, :rounds, :secret) RETURNING id
""")

BEGIN = text(f"""
    INSERT INTO webhook_position (round, webhook, kind, position)
    SELECT head.round, webhook.id, head.kind, head.position
    FROM webhook CROSS JOIN ({HEAD}) AS head
    WHERE webhook.id = :id AND head.kind = ANY (webhook.events)
        AND coalesce(head.code = ANY (webhook.rounds), true)
""")  # noqa: S608 -- all of it stands above


async def add(session: Session, key: int, new: NewWebhook, secret: bytes) -> int:
    """Store a subscription, which begins with what happens from now on; return its number."""
    values = {"url": new.url, "events": new.events, "rounds": new.rounds}
    with _of_this_schema():
        added: int = (await session.scalars(ADD, {"key": key, "secret": secret} | values)).one()
        await session.execute(BEGIN, {"id": added})
    return added


async def remove(session: Session, key: int | None, number: int) -> str:
    """Take away a subscription; return its URL. Raises: NotFound."""
    statement = f"DELETE FROM webhook WHERE id = :id AND {OWN} RETURNING url"  # noqa: S608
    return await _changed(session, statement, key, number)


async def resume(session: Session, key: int | None, number: int) -> str:
    """Have a subscription's next attempt made now; return its URL. Raises: NotFound."""
    statement = f"""
        UPDATE webhook SET paused = false, failures = 0, retry_at = NULL
        WHERE id = :id AND {OWN} RETURNING url
    """  # noqa: S608 -- all of it stands above
    return await _changed(session, statement, key, number)


async def ask_for_test(session: Session, key: int | None, number: int) -> int:
    """Have a worker make a test call; return which of them it is. Raises: NotFound."""
    statement = f"""
        UPDATE webhook SET tests_asked = tests_asked + 1
        WHERE id = :id AND {OWN} RETURNING tests_asked
    """  # noqa: S608 -- all of it stands above
    return int(await _changed(session, statement, key, number))


async def test_answer(session: Session, number: int, which: int) -> dict[str, Any] | None:
    """Return what came of a test call; None: it was not made yet. Raises: NotFound."""
    query = text(
        "SELECT tests_made >= :which AS made, test_answer FROM webhook WHERE id = :id"
    ).columns(made=BOOLEAN, test_answer=JSON)
    row = (await session.execute(query, {"id": number, "which": which})).first()
    if row is None:
        raise _unknown(number)
    made, answer = row
    return answer if made else None


async def _changed(session: Session, statement: str, key: int | None, number: int) -> str:
    """Change one subscription, wake the workers on commit, and return what the statement does."""
    with _of_this_schema():
        found = (await session.execute(text(statement), {"key": key, "id": number})).first()
    if found is None:
        raise _unknown(number)
    await session.execute(NOTIFY, {"id": str(number)})
    return str(found[0])


def _unknown(number: int) -> NotFound:
    return NotFound(f"there is no webhook {number}")
