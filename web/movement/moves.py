"""Who moved with one run, and, for those who may see it, what moved them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.http.state import Gateway
from shared.applicants import store as applicants
from shared.applicants.store import StoredApplicant
from shared.attributions.attribution import Attribution, Part
from shared.rankings import movements
from shared.rankings.movements import Movements
from shared.rankings.store import AsOf, Freshness
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework
from shared.submissions.list_store import Reach

ON_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Move:
    """From which rank to which an applicant moved: 0 is none.

    *totals*, in units, None where it did not take part, and *parts* of their difference are known
    of no one where the reader may not see them.
    """

    applicant: StoredApplicant
    ranks: tuple[int, int]
    totals: tuple[int | None, int | None] | None = None
    parts: Sequence[Part] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """From the run *before*, 0 for none, to the run that is *fresh*; *last* is the round's last."""

    before: AsOf
    fresh: Freshness
    last: int


@dataclass(frozen=True, slots=True)
class Moves:
    """One page of who moved over a span, and how many did in all."""

    round: RoundFacts
    framework: Framework
    span: Span
    moves: Sequence[Move]
    among: int


async def attributed(
    held: Gateway,
    framework: Framework,
    round_: RoundFacts,
    span: Span,
    reach: Reach,
    kind: str,
    number: int,
) -> Moves:
    """Read page *number* of whose total or rank moved, and why: the largest change first.

    Of nobody beyond *reach*.
    """
    whole = await held.attributions.between(framework, round_, span.before, span.fresh.as_of)
    found = await asyncio.to_thread(whole.within, framework, reach.applicants, reach.measures)
    moved = (await asyncio.to_thread(found.moved, kind)).tolist()
    chosen = _page(moved, number)
    known = await _who(held, span, [found.applicants[at] for at in chosen])
    shown = await asyncio.to_thread(_all_explained, found, chosen, known)
    return Moves(round_, framework, span, shown, len(moved))


async def plain(
    held: Gateway, framework: Framework, round_: RoundFacts, span: Span, kind: str, number: int
) -> Moves:
    """Read page *number* of whose rank moved: who came or left, then the furthest first."""
    found = await movements.between(
        held.database, round_.id, span.before.run, span.fresh.run, kind, 1
    )
    moved = _furthest_first(found)
    chosen = _page(moved, number)
    known = await _who(held, span, [found.applicants[at] for at in chosen])
    shown = [Move(known[found.applicants[at]], _ranks(found, at)) for at in chosen]
    return Moves(round_, framework, span, shown, len(moved))


def _page(moved: Sequence[int], number: int) -> Sequence[int]:
    return moved[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]


async def _who(held: Gateway, span: Span, codes: Sequence[str]) -> dict[str, StoredApplicant]:
    async with held.database.reading() as session:
        return await applicants.some(session, codes, span.fresh.names.as_of)


def _furthest_first(moves: Movements) -> list[int]:
    """Return who moved, the furthest first; who came or left stands before them."""

    def place(at: int) -> tuple[int, int]:
        before, after = _ranks(moves, at)
        return (bool(before and after), -abs(after - before))

    return sorted(moves.moved(0).tolist(), key=place)


def _ranks(moves: Movements, at: int) -> tuple[int, int]:
    return int(moves.ranks[0, at]), int(moves.ranks[1, at])


def _all_explained(
    found: Attribution, chosen: Sequence[int], known: Mapping[str, StoredApplicant]
) -> list[Move]:
    return [_explained(found, at, known[found.applicants[at]]) for at in chosen]


def _explained(found: Attribution, at: int, applicant: StoredApplicant) -> Move:
    sides = found.before, found.after
    before, after = (int(each.total[at]) if each.present[at] else None for each in sides)
    ranks = int(found.before.own[at]), int(found.after.own[at])
    return Move(applicant, ranks, (before, after), found.of(at))
