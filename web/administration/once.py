"""What a form does once, however often its button is pressed."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from uuid import uuid4

import htpy as h
from starlette.requests import Request

from api.http.access import caller_of
from api.http.context import database_of, gateway_of
from shared.database import Session
from shared.idempotency.service import Answer, Answered, Sent

FIELD = "once"


def hidden() -> h.VoidElement:
    """Return the field that tells one showing of a form from another."""
    return h.input(type="hidden", name=FIELD, value=uuid4().hex)


async def once(
    request: Request, sent: Mapping[str, str], effect: Callable[[Session], Awaitable[object]]
) -> None:
    """Have *effect* in a transaction, unless the same form had it before.

    What was typed is part of the key: a form that is sent again otherwise is another request.
    """
    held, who = gateway_of(request), caller_of(request)
    digest = hashlib.sha256(repr((request.url.path, sorted(sent.items()))).encode())
    form = Sent(who.reporter, f"form {digest.hexdigest()}", digest.digest())
    database, round_ = database_of(request), request.path_params["round"]
    with suppress(Answered):
        async with held.answers.transaction(database, form, round_) as session:
            await effect(session)
            await held.answers.keep(session, form, Answer(303, [], b""))
