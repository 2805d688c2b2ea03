"""Requests as audit events: those that were refused, and auditors' reads."""

import json
from collections.abc import Sequence
from typing import Any

from shared.audit.requests import Noted, Row
from shared.database import Driver

REFUSED, READ = "request.refused", "record.read"
"""What such an event is called."""
PASSING = (REFUSED, READ)
"""What anybody brings about by asking: no log seals it, else strangers would make logs grow."""

NOBODY = ""
"""The actor where it is not known who called: no reporter has this name."""

APPEND = """
    INSERT INTO audit_event (round, actor, action, subject, detail, request_id)
    SELECT
        round.id,
        coalesce(reporter.name, given.actor),
        $1,
        given.subject,
        CASE WHEN api_key.id IS NULL THEN given.detail::json ELSE (
            given.detail::jsonb
            || jsonb_build_object('key', api_key.id, 'role', reporter.role, 'ended', true)
        )::json END,
        given.request_id
    FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[])
        WITH ORDINALITY AS given (round, actor, subject, detail, request_id, sha256, place)
    LEFT JOIN round ON round.code = given.round
    LEFT JOIN api_key ON api_key.sha256 = given.sha256
    LEFT JOIN reporter ON reporter.id = api_key.reporter
    ORDER BY given.place
"""
"""A key that opened nothing and is stored all the same has ended: whose it was is known."""


async def append(driver: Driver, action: str, rows: Sequence[Row]) -> None:
    """Append *rows* in their order, as events of one *action*: one statement, however many."""
    columns = zip(*map(_columns, rows), strict=True)
    await driver.execute(APPEND, action, *map(list, columns))


def _columns(row: Row) -> tuple[str | None, str, str, str, str, bytes | None]:
    said: dict[str, Any] = {"extent": row.extent, "count": row.count}
    noted = row.noted
    if noted is None:
        return None, NOBODY, "requests", json.dumps(said), "", None
    said |= _told(noted)
    subject = f"{noted.method} {noted.path}"
    detail = json.dumps(said)
    return noted.round, noted.actor, subject, detail, noted.request_id, noted.sha256


def _told(noted: Noted) -> dict[str, Any]:
    why = {"problem": noted.problem} if noted.problem else {}
    return {
        "status": noted.status,
        **why,
        "key": noted.key,
        "role": noted.role,
        "address": noted.address,
        "at": noted.at.isoformat(timespec="milliseconds"),
    }
