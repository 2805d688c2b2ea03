"""The run that a reader asks for: by number, or by an instant at which it was the last sealed."""

from typing import Annotated

from fastapi import Depends, Query, Request

from api.http.context import gateway_of, round_of
from api.http.paths import GREATEST_ID, RoundCode
from api.http.schemas import Moment
from shared.core.errors import Finding, Invalid
from shared.seals import proof_store as sealed

Run = Annotated[
    int | None, Query(ge=1, le=GREATEST_ID, description="As of this run, not the last.")
]
AsOf = Annotated[
    Moment | None,
    Query(
        description="As of the last run that was sealed at this instant, which is over; the answer"
        " names it in `run`, and never changes.",
        examples=["2026-11-03T08:00:00Z"],
    ),
]


async def run_asked(
    request: Request,
    round: RoundCode,  # noqa: A002 -- as in the path
    run: Run = None,
    as_of: AsOf = None,
) -> int | None:
    """Return the number of the run that is asked for; None: the last. Raises: Invalid, NotFound."""
    if as_of is None:
        return run
    if run is not None:
        message = "Ask for a run or for an instant."
        raise Invalid(message, (Finding("/query/as_of", "with-a-run", message),))
    held = gateway_of(request)
    stored = await round_of(held, round)
    async with held.database.session() as session:
        return await sealed.run_at(session, stored.id, as_of)


def require_same_run(asked: int | None, of_cursor: int) -> None:
    """Let who names a run see pages of that run alone. Raises: Invalid."""
    if asked is not None and asked != of_cursor:
        message = "The cursor leads to a page of another run."
        raise Invalid(message, (Finding("/query/cursor", "of-another-run", message),))


RunAsked = Annotated[int | None, Depends(run_asked)]
