"""What a subscription is, and when a delivery is tried again. Pure."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

Event = Literal["run", "round", "operation"]

LONGEST_WAIT = timedelta(hours=1)
"""How long a delivery that failed waits for its next attempt at most."""

MOST_DOUBLINGS = 30
"""After so many failures the longest wait is reached, whatever the first one is."""


class WebhookState(StrEnum):
    """What becomes of a subscription's events."""

    ACTIVE = "active"  # they are delivered as they happen
    FAILING = "failing"  # the last attempt failed, there will be another
    PAUSED = "paused"  # too many attempts failed: there is none before it is resumed
    ENDED = "ended"  # its key was revoked or has expired


class DeliveryFailure(StrEnum):
    """What kept a delivery from being received. Stored, and part of the contract."""

    TARGET_REFUSED = "target-refused"
    NAME_UNKNOWN = "name-unknown"
    NOT_CONNECTED = "not-connected"
    TLS_FAILED = "tls-failed"
    TIMED_OUT = "timed-out"
    BROKEN_OFF = "broken-off"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request: the receiver's status, None if there was no answer."""

    status: int | None
    failure: DeliveryFailure | None
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription, all but its secret. *pending* counts what is still to be delivered."""

    number: int
    key: int
    name: str
    url: str
    events: list[Event]
    rounds: list[str] | None
    created_at: datetime
    failures: int
    paused: bool
    in_force: bool
    last_status: int | None
    last_failure: str | None
    last_attempt_at: datetime | None
    delivered_at: datetime | None
    retry_at: datetime | None
    pending: int

    @property
    def state(self) -> WebhookState:
        """What becomes of its events."""
        if not self.in_force:
            return WebhookState.ENDED
        if self.paused:
            return WebhookState.PAUSED
        return WebhookState.FAILING if self.failures else WebhookState.ACTIVE


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a delivery is tried: first again after *first*, at most *most* times in a row."""

    first: timedelta
    most: int

    def wait(
        self, failures: int, chance: Callable[[float, float], float] = random.uniform
    ) -> timedelta:
        """Return how long to wait after so many failures in a row, from 1.

        Each wait is twice the one before, less up to half by chance, so that those who failed
        together do not come again together.
        """
        doubled = self.first * 2.0 ** min(failures - 1, MOST_DOUBLINGS)
        return min(doubled, LONGEST_WAIT) * chance(0.5, 1.0)
