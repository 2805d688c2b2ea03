"""A round whose ranking a page shows: looked up, and asked whether the reader may see that."""

from dataclasses import dataclass

from starlette.requests import Request

from api.http.access import caller_of
from api.http.context import framework_of, gateway_of, round_of
from api.rankings.freshness import earlier_of
from shared.rankings.store import Freshness
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework
from shared.visibility import visible


@dataclass(frozen=True, slots=True)
class Seen:
    """A round, how it stands (*newest*), and how it stood as of the run that is shown (*fresh*)."""

    round: RoundFacts
    framework: Framework
    newest: Freshness
    fresh: Freshness


async def seen(request: Request, code: str, run: int | None) -> Seen:
    """Return the round as of *run*, None for its last. Raises: NotFound, MarksOutstanding.

    Where it stands is looked up before it is asked what may be seen, so that no run is shown that
    came after; whether it has the run that is named, only then.
    """
    held = gateway_of(request)
    round_ = await round_of(held, code)
    framework = await framework_of(held, round_)
    newest = await held.watch.freshness(round_.id)
    await visible(held.database, framework, round_, caller_of(request), None)
    return Seen(round_, framework, newest, await earlier_of(held, round_, newest, run))
