"""What tests of idempotency keys share: sending with a key, and comparing answers."""

from typing import Any

import httpx

from tests.fixtures.http import SUBMISSIONS
from tests.fixtures.make import STATIONS, World

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
OF_THE_REQUEST = ("x-request-id", "idempotency-replayed")


def value(number: float, **more: Any) -> dict[str, Any]:
    """Return a submission of C1's stations."""
    return {"applicant": "C1", "measure": STATIONS, "value": number, "as_of": "2026-06-01"} | more


async def send(
    world: World,
    body: Any,
    path: str = SUBMISSIONS,
    role: str = "source",
    key: str = KEY,
    client: httpx.AsyncClient | None = None,
    **headers: str,
) -> httpx.Response:
    """Send a POST with a key."""
    named = world.headers[role] | {"Idempotency-Key": key} | headers
    return await (client or world.client).post(path, json=body, headers=named)


def told(answer: httpx.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return status, headers and body of an answer, without what belongs to the request."""
    headers = [each for each in answer.headers.multi_items() if each[0] not in OF_THE_REQUEST]
    return answer.status_code, sorted(headers), answer.content


def again(answer: httpx.Response) -> bool:
    """Say whether an answer is one that was given before."""
    given = answer.headers.get_list("idempotency-replayed")
    assert given in ([], ["true"])
    return bool(given)
