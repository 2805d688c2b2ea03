"""Requests as audit events: those that were refused, those that were to change, auditors' reads."""

import json
from collections.abc import Sequence
from typing import Any

from shared.audit.requests import Noted, Row
from shared.database import Driver

REFUSED, ACCEPTED, READ = "request.refused", "request.accepted", "record.read"
"""What such an event is called."""
PASSING = (REFUSED, ACCEPTED, READ)
"""What anybody brings about by asking: no log seals it, else strangers would make logs grow."""

NOBODY = ""
"""The actor where it is not known who called: no reporter has this name."""

APPEND = """
    WITH ended AS (
        SELECT tried.place, count(*) AS keys, min(reporter.name) AS actor,
            CASE count(*)
                WHEN 1 THEN jsonb_build_object('key', min(api_key.id), 'role', min(reporter.role))
                ELSE jsonb_build_object('ended_keys', jsonb_agg(jsonb_build_object(
                    'key', api_key.id, 'actor', reporter.name, 'role', reporter.role
                ) ORDER BY api_key.id))
            END || jsonb_build_object('ended', true) AS told
        FROM unnest($7::bigint[], $8::bytea[]) AS tried (place, sha256)
        JOIN api_key ON api_key.sha256 = tried.sha256
        JOIN reporter ON reporter.id = api_key.reporter
        GROUP BY tried.place
    )
    INSERT INTO audit_event (round, actor, action, subject, detail, request_id)
    SELECT
        round.id,
        CASE ended.keys WHEN 1 THEN ended.actor ELSE given.actor END,
        $1,
        given.subject,
        CASE WHEN ended.keys IS NULL THEN given.detail::json
            ELSE (given.detail::jsonb || ended.told)::json END,
        given.request_id
    FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
        WITH ORDINALITY AS given (round, actor, subject, detail, request_id, place)
    LEFT JOIN round ON round.code = given.round
    LEFT JOIN ended ON ended.place = given.place
    ORDER BY given.place
"""
"""A key that opened nothing and is stored all the same has ended: whose it was is known. Of several
that were tried in requests alike, each is told in the detail."""


async def append(driver: Driver, action: str, rows: Sequence[Row]) -> None:
    """Append *rows* in their order, as events of one *action*: one statement, however many."""
    columns = zip(*map(_columns, rows), strict=True)
    tried = [(place, each) for place, row in enumerate(rows, 1) for each in row.tried]
    places, keys = [place for place, _ in tried], [each for _, each in tried]
    await driver.execute(APPEND, action, *map(list, columns), places, keys)


def _columns(row: Row) -> tuple[str | None, str, str, str, str]:
    said: dict[str, Any] = {"extent": row.extent, "count": row.count}
    noted = row.noted
    if noted is None:
        return None, NOBODY, "requests", json.dumps(said), ""
    said |= _told(noted)
    subject = f"{noted.method} {noted.path}"
    detail = json.dumps(said)
    return noted.round, noted.actor, subject, detail, noted.request_id


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
