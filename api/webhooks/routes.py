"""Webhooks: subscribed, listed, tried out, resumed and taken away, each by the key that has it."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from api.http.access import Acting, Caller, admits
from api.http.context import Held, Tx, keep_answer, require_unanswered
from api.http.headers import sends
from api.http.paging import Cursor, Limit, cut, decode
from api.http.paths import GREATEST_ID
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.webhooks.schemas import WebhookIn, WebhookMade, WebhookOut, WebhookPage, WebhookTestOut
from shared.core.errors import Forbidden, Invalid, NotFound, TooManyWebhooks, Unavailable
from shared.core.principal import Role
from shared.webhooks import service as webhooks
from shared.webhooks import store

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], route_class=GuardedRoute)

SUBSCRIBERS = (Role.ADMIN, Role.PORTAL, Role.SOURCE, Role.AUDITOR)

WebhookId = Annotated[
    int, Path(ge=1, le=GREATEST_ID, description="The webhook's id.", examples=[1])
]
ONCE: dict[int | str, Any] = {"201": sends("Cache-Control")}


@router.get("", responses=problems())
@admits(*SUBSCRIBERS)
async def list_subscribed(
    tx: Tx,
    caller: Caller,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> WebhookPage:
    """List the key's webhooks, for an administrator without limits all, in order of id."""
    key = decode(request, cursor, int)
    found = await store.page(tx, webhooks.reach(caller), int(key[0]) if key else 0, limit + 1)
    page = cut(request, response, found, limit, lambda each: (each.number,))
    return WebhookPage(items=[WebhookOut.of(each) for each in page.items], next=page.next)


@router.post("", status_code=201, responses=problems(Forbidden, Invalid, TooManyWebhooks) | ONCE)
@admits(*SUBSCRIBERS)
async def subscribe(
    body: WebhookIn, acting: Acting, caller: Caller, held: Held, tx: Tx, response: Response
) -> WebhookMade:
    """Have what happens delivered from now on; the secret that signs it is shown once.

    Each event comes at least once, those of a round and type in their order, and an event only
    after the one before it was received with a status of 2xx (docs/webhooks.md).
    """
    made = await webhooks.create(tx, acting, caller, body.to_domain(), held.targets)
    response.headers["Cache-Control"] = "no-store"
    return WebhookMade.made(made)


@router.delete("/{webhook}", status_code=204, responses=problems(NotFound))
@admits(*SUBSCRIBERS)
async def unsubscribe(webhook: WebhookId, acting: Acting, caller: Caller, tx: Tx) -> None:
    """Deliver no more; what was not delivered is not any more."""
    await webhooks.remove(tx, acting, caller, webhook)


@router.post("/{webhook}/test", responses=problems(NotFound, Unavailable))
@admits(*SUBSCRIBERS)
async def try_out(
    webhook: WebhookId, caller: Caller, held: Held, request: Request
) -> WebhookTestOut:
    """Send an event of type `test` now, also where it is paused, and say what came of it.

    Requests that carry one `Idempotency-Key` and come at the same time may each send it.
    """
    await require_unanswered(request)
    answer = await webhooks.test(held.database, caller, webhook)  # waits, without a connection
    await keep_answer(request)
    return WebhookTestOut.of(answer)


@router.post("/{webhook}/resumption", responses=problems(NotFound))
@admits(*SUBSCRIBERS)
async def resume(webhook: WebhookId, acting: Acting, caller: Caller, tx: Tx) -> WebhookOut:
    """Have deliveries go on where they stopped: a webhook that is paused or waits is tried now."""
    return WebhookOut.of(await webhooks.resume(tx, acting, caller, webhook))
