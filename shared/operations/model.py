"""What an operation is, and what a kind of operations is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from shared.database import Session
from shared.frameworks.service import Library

Material = TypeVar("Material")


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as it stands, without its result; *progress* is in 0 … 1."""

    round_id: int
    id: int
    kind: str
    parameters: dict[str, Any]
    state: str
    progress: float
    attempts: int
    error: str | None
    requested_by: str
    request_id: str
    recorded_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Kind(Generic[Material]):
    """How a worker carries out operations of one kind.

    While a release is rolled out, older and newer gateways and workers share one database, and
    results are kept for good. So what a kind's parameters mean and what its result looks like never
    changes: what differs is a new kind, which an older worker leaves alone.
    """

    read: Callable[[Session, Library, Operation], Awaitable[Material]]
    """Read what is needed, over a session whose statements are transactions of their own."""

    compute: Callable[[Material, dict[str, Any], Callable[[float], None]], str]
    """Return the result of (material, parameters, report); called in a thread.

    The result is the JSON text of an object with a *summary*, itself an object, and *items*, a
    list of objects, which may be empty. *report* is told now and then how much is done, in 0 … 1.
    It raises when the work is not wanted any more; let that pass.
    """
