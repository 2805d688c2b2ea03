"""What happened between two moments, as it is told."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from shared.core import moments
from shared.database import Database
from shared.events import store as events
from shared.events.store import Kind, RoundEvent
from shared.live.position import Position, Told
from shared.rankings import movement_store, movements
from shared.rankings.movement_store import RunFacts
from shared.rankings.movements import MOST_RUNS, Movements

MOST_MOVED = 100
"""Who moved with a run that an event names, best first; of the others it says how many."""

MOST_EVENTS = 500
"""Events of a kind that are read at once."""


KINDS: tuple[Kind, ...] = ("round", "operation")


class Happening(NamedTuple):
    """Something to tell: a kind of event, its members, and the position once it was told.

    What has no position can be missed: it is told anew as it then stands.
    """

    event: str
    members: dict[str, Any]
    position: Position | None


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is told the same of a round; *whole*: also who moved, and of operations."""

    round_id: int
    code: str
    whole: bool


async def between(
    database: Database, audience: Audience, told: Told, news: Told
) -> tuple[list[Happening], Told]:
    """Return what to tell an *audience* that was *told* so much, and what it then was told.

    Of what is long ago it is a part, after which there is more to tell.
    """
    at = told.position.within(news.position)
    found: list[Happening] = []
    for run in await _runs(database, audience, at.run, news.position.run):
        at = at._replace(run=run["run"])
        found.append(Happening("run", run, at))
    for kind in KINDS:
        for event in await _events(database, audience, kind, at, news.position):
            at = at._replace(**{kind: event.position})
            found.append(Happening(kind, _members(event), at))
    moved = (each for each in news.running if each not in told.running)
    found += [Happening("operation", each._asdict(), None) for each in moved]
    return found, Told(at, news.running)


async def _events(
    database: Database, audience: Audience, kind: Kind, at: Position, last: Position
) -> list[RoundEvent]:
    since, until = getattr(at, kind), getattr(last, kind)
    if since == until:
        return []
    most = min(until, since + MOST_EVENTS)
    async with database.reading() as session:
        return await events.after(session, audience.round_id, kind, since, most)


async def _runs(
    database: Database, audience: Audience, since: int, until: int
) -> list[dict[str, Any]]:
    if until == since:
        return []
    if audience.whole:
        found = await movements.between(database, audience.round_id, since, until, None, MOST_RUNS)
        return [_moved(found, at, run) for at, run in enumerate(found.runs)]
    async with database.reading() as session:
        runs = await movement_store.runs_between(
            session, audience.round_id, since, until, MOST_RUNS
        )
    return [{"run": each.number, "recorded_at": moments.written(each.recorded_at)} for each in runs]


def _moved(found: Movements, at: int, run: RunFacts) -> dict[str, Any]:
    moved = found.moved(at).tolist()
    places = found.ranks[at : at + 2].tolist()
    moves = [
        {
            "applicant": found.applicants[who],
            "before": places[0][who] or None,
            "after": places[1][who] or None,
        }
        for who in moved
    ]
    moves.sort(key=lambda each: (each["after"] is None, each["after"], each["applicant"]))
    return {
        "run": run.number,
        "recorded_at": moments.written(run.recorded_at),
        "moved_count": len(moves),
        "moved": moves[:MOST_MOVED],
    }


def _members(event: RoundEvent) -> dict[str, Any]:
    return event.detail | {"recorded_at": moments.written(event.recorded_at)}
