"""What happened between two moments, as it is told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

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


Lane = Literal["run"] | Kind
"""Runs, and the other kinds of events: each has positions of its own."""

KINDS: tuple[Lane, ...] = ("run", "round", "operation")


class Happening(NamedTuple):
    """Something to tell: a kind of event, its members, and the position once it was told.

    What has no position can be missed: it is told anew as it then stands.
    """

    event: str
    members: dict[str, Any]
    position: Position | None


class Placed(NamedTuple):
    """An event by its position among those of its kind, a run by its number."""

    position: int
    recorded_at: datetime
    members: dict[str, Any]


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
    for kind in KINDS:
        since, until = getattr(at, kind), getattr(news.position, kind)
        for event in await of_kind(database, audience, kind, since, until):
            at = at._replace(**{kind: event.position})
            found.append(Happening(kind, event.members, at))
    moved = (each for each in news.running if each not in told.running)
    found += [Happening("operation", each._asdict(), None) for each in moved]
    return found, Told(at, news.running)


async def of_kind(
    database: Database, audience: Audience, kind: Lane, since: int, until: int
) -> list[Placed]:
    """Return the events of a kind behind *since* and up to *until*, the first of them at least."""
    if since == until:
        return []
    if kind == "run":
        return await _runs(database, audience, since, until)
    most = min(until, since + MOST_EVENTS)
    async with database.reading() as session:
        found = await events.after(session, audience.round_id, kind, since, most)
    return [Placed(each.position, each.recorded_at, _members(each)) for each in found]


async def _runs(database: Database, audience: Audience, since: int, until: int) -> list[Placed]:
    if audience.whole:
        found = await movements.between(database, audience.round_id, since, until, None, MOST_RUNS)
        told = [_moved(found, at, run) for at, run in enumerate(found.runs)]
        return [
            Placed(run.number, run.recorded_at, members)
            for run, members in zip(found.runs, told, strict=True)
        ]
    async with database.reading() as session:
        runs = await movement_store.runs_between(
            session, audience.round_id, since, until, MOST_RUNS
        )
    return [Placed(each.number, each.recorded_at, _run(each)) for each in runs]


def _run(run: RunFacts) -> dict[str, Any]:
    return {"run": run.number, "recorded_at": moments.written(run.recorded_at)}


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
    return _run(run) | {"moved_count": len(moves), "moved": moves[:MOST_MOVED]}


def _members(event: RoundEvent) -> dict[str, Any]:
    return event.detail | {"recorded_at": moments.written(event.recorded_at)}
