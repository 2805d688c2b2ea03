"""Pages of a ranking, and scorecards: rendered once for a run, and then kept."""

import asyncio
from typing import Any, NamedTuple
from urllib.parse import urlencode

from api.answers.members import only
from api.http.kept import Page
from api.http.paging import encode, links, page_at
from api.http.state import Gateway
from api.rankings.scorecards import at_once, freshened, score, sheets
from shared.applicants import store as applicants
from shared.applicants.store import Sought
from shared.rankings import store as standings
from shared.rankings.order import Sort, arranged, by_name
from shared.rankings.ranking import Ranking
from shared.rankings.store import AsOf, Freshness, Names
from shared.scoring.arrays import IntArray
from shared.scoring.framework import Framework


class Asked(NamedTuple):
    """What a reader asks for of a ranking; a page begins behind *start* others.

    *members* are those of each item that are sent; None: all.
    """

    sought: Sought
    sort: Sort
    members: tuple[str, ...] | None
    include: tuple[str, ...]
    limit: int
    start: int

    @property
    def with_lines(self) -> bool:
        """Whether items have their lines; who names them as a member asks for them, too."""
        return "lines" in self.include or "lines" in (self.members or ())

    def page(self, code: str, fresh: Freshness, start: int) -> str:
        """Return where another page of the same ranking of the round *code* is.

        A run whose own names are shown is named again, so that they stay.
        """
        kind, q, division = self.sought.kind, self.sought.q, self.sought.division
        query: list[tuple[str, Any]] = [("cohort", kind), ("q", q), ("division", division)]
        query += [("sort", self.sort if self.sort != "rank" else None)]
        query += [("fields", ",".join(self.members or ()))]
        query += [("include", each) for each in self.include] + [("limit", self.limit)]
        query += [("run", fresh.run if fresh.names.as_of is not None else None)]
        said = urlencode([(name, each) for name, each in query if each])
        path = f"/v1/rounds/{code}/scores"
        return page_at(path, said, encode(path, fresh.run, start))

    async def order(self, held: Gateway, whole: Ranking, names: Names) -> IntArray:
        """Return who is asked for, as positions in the order that is asked for.

        *names* are the same that the page shows.
        """
        kind, sort = self.sought.kind, self.sort
        everybody = self.sought == Sought(kind)
        if everybody and sort == "rank":
            return whole.places(kind)
        found = None
        if not everybody or by_name(sort):
            async with held.database.reading() as session:
                found = await applicants.found(session, self.sought, names.as_of)
        return await asyncio.to_thread(arranged, whole, kind, sort, found)


class PageKey(NamedTuple):
    """Everything that a page of a ranking depends on; all of it is fixed once it was computed.

    *latest* is the round's last run, whichever the page shows; *pinned* says that the reader named
    the one that it shows.
    """

    round_id: int
    fresh: Freshness
    latest: int
    pinned: bool
    asked: Asked


async def page_of(held: Gateway, code: str, framework: Framework, key: PageKey) -> Page:
    """Return a page of the round *code*: kept, or rendered once for all who ask meanwhile."""
    known = held.kept.pages.get(key)
    if known is not None:
        return known
    return await held.renders.share(key, lambda: _render(held, code, framework, key))


async def _render(held: Gateway, code: str, framework: Framework, key: PageKey) -> Page:
    whole = await held.rankings.as_of(key.round_id, key.fresh.as_of)
    asked, run = key.asked, key.fresh.run
    places = await asked.order(held, whole, key.fresh.names)
    end = asked.start + asked.limit
    chosen = places[asked.start : end].tolist()
    codes = [whole.applicants[at] for at in chosen]
    async with held.database.reading() as session:
        lines = await standings.lines(session, key.round_id, codes, run)
        who = await applicants.some(session, codes, key.fresh.names.as_of)
    with_maxima = sheets(framework, [lines[each] for each in codes])
    items = (
        only(
            score(
                framework,
                whole,
                at,
                who[each],
                sheet,
                with_lines=asked.with_lines,
                named="names" in asked.include,
            ),
            asked.members,
        )
        for at, each, sheet in zip(chosen, codes, with_maxima, strict=True)
    )
    following = asked.page(code, key.fresh, end) if end < len(places) else None
    head = freshened(code, key.fresh) | {
        "pinned": key.pinned,
        "latest_run": key.latest,
        "total": len(places),
        "next": following,
    }
    pieces = at_once(framework, with_lines=asked.with_lines)
    body = await held.rendering.page(head, items, pieces)
    page = Page(body, links(next=following, **_before(asked, code, key.fresh)))
    held.kept.keep(key, page)
    return page


def _before(asked: Asked, code: str, fresh: Freshness) -> dict[str, str]:
    """Return where the pages before the one *asked* for are, the first and the next to it."""
    if asked.start == 0:
        return {}
    previous = max(0, asked.start - asked.limit)
    return {"prev": asked.page(code, fresh, previous), "first": asked.page(code, fresh, 0)}


class CardKey(NamedTuple):
    """Everything that a scorecard depends on, but for how up to date it is."""

    round_id: int
    as_of: AsOf
    names: Names
    applicant: str


async def card_of(
    held: Gateway, framework: Framework, whole: Ranking, round_id: int, fresh: Freshness, code: str
) -> bytes:
    """Return all of the scorecard of the applicant *code*, kept or rendered, as JSON.

    What of it the reader may see is for the caller to say.
    """
    key = CardKey(round_id, fresh.as_of, fresh.names, code)
    known = held.kept.pages.get(key)
    if known is None:
        known = await held.renders.share(key, lambda: _card(held, framework, whole, key))
    return known.body


async def _card(held: Gateway, framework: Framework, whole: Ranking, key: CardKey) -> Page:
    code = key.applicant
    async with held.database.driver() as driver:
        lines = await standings.lines_of(driver, key.round_id, code, key.as_of.run)
        who = await applicants.known(driver, code, key.names.as_of)
    (sheet,) = sheets(framework, [lines])
    at = whole.positions[code]
    card = score(framework, whole, at, who, sheet, with_lines=True, named=True)
    page = Page(await held.rendering.document(card))
    held.kept.keep(key, page)
    return page
