"""Where a round stands, or stood as of the run that a reader names."""

from api.http.state import Gateway
from shared.rankings.store import Freshness
from shared.rounds.store import RoundFacts
from shared.runs import store as runs


async def freshness_of(held: Gateway, round_: RoundFacts, run: int | None) -> Freshness:
    """Return where the round stands, or stood as of *run*. Raises: NotFound."""
    return await earlier_of(held, round_, await held.watch.freshness(round_.id), run)


async def earlier_of(
    held: Gateway, round_: RoundFacts, fresh: Freshness, run: int | None
) -> Freshness:
    """Return where the round stood as of *run*; *fresh*, how it stands, if that is its last."""
    if run is None or run == fresh.run:
        return fresh
    async with held.database.reading() as session:
        earlier = await runs.get(session, round_.id, run)
    return Freshness(
        run,
        earlier.recorded_at,
        changes_wait=False,
        failed=False,
        names_changed_at=fresh.names_changed_at,
        names_version=fresh.names_version,
    )
