"""Readers who wait: until a run has taken in a submission or a batch, or is behind another."""

import asyncio
from typing import Annotated, NamedTuple

from fastapi import Query, Request

from api.http.access import caller_of
from api.http.context import database_of, gateway_of
from api.http.paths import GREATEST_ID
from shared.batches import store as batches
from shared.core.errors import Finding, Invalid, NotFound
from shared.core.principal import Principal
from shared.database import Session
from shared.rounds.store import RoundFacts
from shared.submissions import list_store as submissions
from shared.visibility import whose_receipts

LONGEST_WAIT = 30.0

LOOK_SECONDS = 1.0
"""How much longer than asked for a reader waits, for PostgreSQL to say whether it is in vain."""

WaitFor = Annotated[
    int | None,
    Query(
        ge=1, le=GREATEST_ID, description="A submission's id: answer once a run has taken it in."
    ),
]
WaitForBatch = Annotated[
    int | None,
    Query(
        ge=1,
        le=GREATEST_ID,
        description="A batch whose receipt the key may read: answer once a run has taken all of it"
        " in, also where every row of it stood before.",
    ),
]
AfterRun = Annotated[
    int | None,
    Query(ge=0, le=GREATEST_ID, description="A run's number: answer once there is a later one."),
]
Wait = Annotated[float, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for it at most.")]


class Awaited(NamedTuple):
    """What a reader waits for, and for how many seconds at most; of several, until all has come."""

    submission: int | None
    batch: int | None
    after_run: int | None
    seconds: float

    @property
    def any(self) -> bool:
        """Whether there is anything to wait for."""
        return any(each is not None for each in self[:3])


async def come(request: Request, round_: RoundFacts, awaited: Awaited) -> None:
    """Wait until what is *awaited* has come, or its time is over.

    A database that says neither in time is not waited for until it is given up.
    Raises: Invalid, TimeoutError.
    """
    if not awaited.any:
        return
    held = gateway_of(request)
    request.state.deadline.restart(awaited.seconds + LOOK_SECONDS)
    loop = asyncio.get_running_loop()
    end = loop.time() + awaited.seconds
    async with asyncio.timeout(awaited.seconds + LOOK_SECONDS):
        async with database_of(request).reading() as session:
            last = await _last(session, round_.id, awaited, caller_of(request))
        if last is not None:
            await held.watch.included(round_.id, last, end - loop.time())
        if awaited.after_run is not None:
            await held.watch.passed(round_.id, awaited.after_run, end - loop.time())


async def _last(session: Session, round_id: int, awaited: Awaited, who: Principal) -> int | None:
    """Return the submission that comes last of what is *awaited*; None: nothing of it stands.

    Submissions appear in the order of their ids, so that a run with it has the others. Raises:
    Invalid.
    """
    found = list[int]()
    if awaited.submission is not None:
        if not await submissions.exists(session, round_id, awaited.submission):
            raise _unknown("wait_for", "submission")
        found.append(awaited.submission)
    if awaited.batch is not None:
        try:
            batch = await batches.get(session, round_id, awaited.batch, whose_receipts(who))
        except NotFound:
            raise _unknown("wait_for_batch", "batch") from None
        if batch.greatest_submission is not None:
            found.append(batch.greatest_submission)
    return max(found, default=None)


def _unknown(parameter: str, what: str) -> Invalid:
    message = f"The round has no {what} of this id."
    return Invalid(message, (Finding(f"/query/{parameter}", f"unknown-{what}", message),))
