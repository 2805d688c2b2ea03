"""Where a round stands, or stood as of the run that a reader names."""

from dataclasses import replace

from api.http.state import Gateway
from shared.rankings import store as standings
from shared.rankings.store import Freshness
from shared.rounds.store import RoundFacts


async def freshness_of(held: Gateway, round_: RoundFacts, run: int | None) -> Freshness:
    """Return where the round stands, or stood as of *run*. Raises: NotFound."""
    return await earlier_of(held, round_, await held.watch.freshness(round_.id), run)


async def require_run(held: Gateway, round_: RoundFacts, run: int | None) -> None:
    """Refuse a *run* that the round does not have. Raises: NotFound."""
    if run is not None:
        await freshness_of(held, round_, run)


async def earlier_of(
    held: Gateway, round_: RoundFacts, fresh: Freshness, run: int | None
) -> Freshness:
    """Return where the round stood as of *run*, with the names of then; None: as it is *fresh*.

    If that is its last, it stands as it is *fresh*, but for the names. Raises: NotFound.
    """
    if run is None:
        return fresh
    async with held.database.reading() as session:
        earlier = await standings.past(session, round_.id, run, fresh.names)
    return replace(fresh, names=earlier.names) if run == fresh.run else earlier
