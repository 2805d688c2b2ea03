"""What routes ask for: what the process holds, a transaction, the round in the path."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, Request

from api.http.access import caller_of, spend
from api.http.paths import RoundCode
from api.http.state import Gateway
from api.idempotency import Attempt
from shared.core.quota import Counted
from shared.database import Database, Session
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework
from shared.visibility import rows_of


def gateway_of(request: Request) -> Gateway:
    """Return what this process holds."""
    held: Gateway = request.app.state.gateway
    return held


# Dependencies are coroutines even where they wait for nothing, since FastAPI would call a plain
# function in a thread; and what every request needs asks for no dependency of its own.
async def gateway(request: Request) -> Gateway:
    """Return what this process holds."""
    return gateway_of(request)


Held = Annotated[Gateway, Depends(gateway)]


def database_of(request: Request, *, every_measure: bool = False) -> Database:
    """Return the database as the caller's key reaches it: other rows are not there.

    With *every_measure* the key's limit on measures is left out, for what concerns an applicant as
    a whole. What is computed for all who ask is read from `Gateway.database`, which has no limit.
    """
    principal = getattr(request.state, "principal", None)
    reach = None if principal is None else rows_of(principal)
    if reach is not None and every_measure:
        reach = reach.of_every_measure()
    return gateway_of(request).database.within(reach)


@asynccontextmanager
async def transaction_of(
    request: Request, *, every_measure: bool = False
) -> AsyncIterator[Session]:
    """Give the transaction of a request: committed at the end, undone by an error.

    It sees what the caller's key reaches, as `database_of` says.

    Where the request carries an idempotency key it is committed together with the answer, once that
    is made. Who writes to a round may have to wait for its lock: few at a time do that with a
    connection. Raises: Answered, which leads past the route, and Busy.
    """
    database = database_of(request, every_measure=every_measure)
    round_ = None if request.method == "GET" else request.path_params.get("round")
    attempt: Attempt | None = getattr(request.state, "attempt", None)
    if attempt is not None:
        yield await attempt.transaction(database, round_)
        return
    async with database.session() if round_ is None else database.writing(round_) as session:
        yield session


async def transaction(request: Request) -> AsyncIterator[Session]:
    """One request, one transaction: committed when the route returns, undone if it raises."""
    async with transaction_of(request) as session:
        yield session


async def require_unanswered(request: Request) -> None:
    """Let a request go on that was not answered before, for what it does without a transaction.

    Raises: Answered, IdempotencyKeyReused, Busy.
    """
    attempt: Attempt | None = getattr(request.state, "attempt", None)
    if attempt is not None:
        await attempt.require_unanswered(database_of(request))


async def keep_answer(request: Request) -> None:
    """Begin the transaction in which the answer is kept, if the request carries a key for it.

    Raises: what `require_unanswered` raises; of two that came at once the second is answered again.
    """
    attempt: Attempt | None = getattr(request.state, "attempt", None)
    if attempt is not None:
        await attempt.transaction(database_of(request), None)


# "function" commits before the answer is sent; FastAPI's default would commit after it.
Tx = Annotated[Session, Depends(transaction, scope="function")]


async def named_round(request: Request, round: RoundCode) -> RoundFacts:  # noqa: A002
    """Return what never changes of the round in the path."""
    return await round_of(gateway_of(request), round)


Round = Annotated[RoundFacts, Depends(named_round)]


async def spend_rows(request: Request, rows: int) -> None:
    """Spend so many rows of the quota of who calls, whatever becomes of them.

    Before a connection is taken, since it may take one of its own. Raises: QuotaExceeded.
    """
    held, who = gateway_of(request), caller_of(request)
    await spend(request.scope, held, who, Counted.ROWS, rows)


async def round_of(held: Gateway, code: str) -> RoundFacts:
    """Return what never changes of a round. Raises: NotFound."""
    known = held.rounds.known(code)
    if known is None:
        async with held.database.reading() as session:
            known = await held.rounds.get(session, code)
    return known


async def framework_of(held: Gateway, round_: RoundFacts) -> Framework:
    """Return the framework of a round."""
    known = held.library.known(round_.framework)
    if known is None:
        async with held.database.reading() as session:
            known = await held.library.get(session, round_.framework)
    return known
