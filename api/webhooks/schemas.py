"""Webhooks as the contract shows them."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from api.http.schemas import Code, Items, Moment, Schema
from shared.webhooks.model import Answer, DeliveryFailure, Event, Webhook, WebhookState
from shared.webhooks.service import Made
from shared.webhooks.store import NewWebhook

MOST_ROUNDS = 100
EVENTS = 3

Url = Annotated[str, Field(max_length=2_000, pattern=r"^https?://[!-~]+$")]


def _once(events: list[Any]) -> list[Any]:
    if len(set(events)) < len(events):
        raise PydanticCustomError("repeated", "each is named once")
    return events


UNIQUE = Field(json_schema_extra={"uniqueItems": True})
Events = Annotated[
    list[Event], Field(min_length=1, max_length=EVENTS), AfterValidator(_once), UNIQUE
]
Rounds = Annotated[
    list[Code], Field(min_length=1, max_length=MOST_ROUNDS), AfterValidator(_once), UNIQUE
]


class WebhookIn(Schema):
    """What is to be delivered where: what happens from now on."""

    url: Url = Field(
        description="`https`, and of the internet but for the networks of"
        " `PILOTZONE_WEBHOOK_TARGETS`; without fragment, name and password.",
        examples=["https://portal.example/hooks"],
    )
    events: Events = Field(description="As the stream of events has them.")
    rounds: Rounds | None = Field(
        None, description="Of these alone; null: of all that the key reaches, those to come too."
    )

    def to_domain(self) -> NewWebhook:
        """Return what is subscribed to."""
        return NewWebhook(self.url, list(self.events), self.rounds)


class WebhookOut(Schema):
    """A webhook, without its secret."""

    id: int = Field(description="By which it is named in paths.")
    key: int = Field(description="The id of the key that it belongs to, and ends with.")
    name: str = Field(description="Whose key it is.")
    url: str = Field(description="Where deliveries go.")
    events: list[Event] = Field(description="What is delivered.")
    rounds: list[str] | None = Field(description="Null: all that the key reaches.")
    created_at: Moment = Field(description="What happened before is not delivered.")
    state: WebhookState = Field(
        description="`active`; `failing`: the last attempt failed, there will be another;"
        " `paused`: too many failed, there is none before it is resumed; `ended`: with its key."
    )
    pending: int = Field(description="Events that happened and are not delivered.")
    failures: int = Field(description="Attempts that failed in a row.")
    last_status: int | None = Field(description="Null: the last attempt had no answer.")
    last_failure: DeliveryFailure | None = Field(
        description="Why the last attempt failed, if it did."
    )
    last_attempt_at: Moment | None = Field(description="Null: there was none.")
    delivered_at: Moment | None = Field(
        description="When something was last received with a status of 2xx; null: nothing was."
    )
    next_attempt_at: Moment | None = Field(
        description="When the event that failed is tried again; null: nothing waits for a time."
    )

    @classmethod
    def of(cls, webhook: Webhook) -> "WebhookOut":
        """Show *webhook*."""
        return cls(**_shown(webhook))


class WebhookMade(WebhookOut):
    """A new webhook, with the secret by which its deliveries are signed: it is shown here alone."""

    secret: str = Field(description="`whsec_` and the base64 of its 32 bytes.")

    @classmethod
    def made(cls, made: Made) -> "WebhookMade":
        """Show a webhook to whom it was made for."""
        return cls(**_shown(made.webhook), secret=made.secret)


class WebhookPage(Items[WebhookOut]):
    """A page of webhooks."""


class WebhookTestOut(Schema):
    """What came of a test call."""

    status: int | None = Field(description="What the receiver answered; null: nothing.")
    failure: DeliveryFailure | None = Field(
        description="Null: it was received, with a status of 2xx."
    )
    milliseconds: Annotated[float, Field(ge=0, json_schema_extra={"x-unit": "ms"})] = Field(
        description="How long the call took."
    )

    @classmethod
    def of(cls, answer: Answer) -> "WebhookTestOut":
        """Show *answer*."""
        return cls(status=answer.status, failure=answer.failure, milliseconds=answer.milliseconds)


def _shown(webhook: Webhook) -> dict[str, Any]:
    failure = webhook.last_failure
    waits = webhook.state == WebhookState.FAILING
    return {
        "id": webhook.number,
        "key": webhook.key,
        "name": webhook.name,
        "url": webhook.url,
        "events": webhook.events,
        "rounds": webhook.rounds,
        "created_at": webhook.created_at,
        "state": webhook.state,
        "pending": webhook.pending,
        "failures": webhook.failures,
        "last_status": webhook.last_status,
        "last_failure": None if failure is None else DeliveryFailure(failure),
        "last_attempt_at": webhook.last_attempt_at,
        "delivered_at": webhook.delivered_at,
        "next_attempt_at": webhook.retry_at if waits else None,
    }
