"""Rankings ready to send: each page is rendered once for a run and then kept."""

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

from cachetools import LRUCache
from sqlalchemy.ext.asyncio import AsyncSession

from api.paging import encode
from api.schemas.rounds import freshness_state
from api.scorecards import score
from shared.applicants import store as applicants
from shared.rankings import store as standings
from shared.rankings.ranking import Ranking, ranked
from shared.rankings.store import AsOf, Freshness, Standing
from shared.scoring.framework import Framework

PAGES_BYTES = 64 * 2**20
RANKINGS_KEPT = 8
REQUESTS_KEPT = 1_000


class PageKey(NamedTuple):
    """Everything that a page of a ranking depends on; all of it is fixed once it was computed."""

    round_id: int
    fresh: Freshness
    cohort: str | None
    limit: int
    start: int
    with_lines: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page's JSON, and the cursor of the next if there is one."""

    body: bytes
    next: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a first page that was answered: what it meant, and the route it took."""

    page: PageKey
    query: str
    route: Any


class Rankings:
    """The rankings that this process rendered, and the requests that asked for them."""

    def __init__(self) -> None:
        self._pages: LRUCache[PageKey, Page] = LRUCache(
            PAGES_BYTES, getsizeof=lambda page: len(page.body)
        )
        self._rankings: LRUCache[tuple[int, AsOf], Ranking] = LRUCache(RANKINGS_KEPT)
        self._newest: LRUCache[int, tuple[AsOf, Standing]] = LRUCache(RANKINGS_KEPT)
        self.asked: LRUCache[tuple[str, bytes], Asked] = LRUCache(REQUESTS_KEPT)

    def kept(self, key: PageKey) -> Page | None:
        """Return the page if it was rendered before."""
        return self._pages.get(key)

    async def render(
        self, session: AsyncSession, code: str, framework: Framework, key: PageKey
    ) -> Page:
        """Render the page of the round *code*."""
        whole = await self.ranking(session, key.round_id, key.fresh.as_of)
        places = whole.places(key.cohort)
        chosen = places[key.start : key.start + key.limit].tolist()
        codes = [whole.applicants[at] for at in chosen]
        lines = await standings.lines(session, key.round_id, codes, key.fresh.run)
        who = await applicants.some(session, codes)
        document = freshened(code, key.fresh) | {
            "items": [
                score(framework, whole, at, who[each], lines[each], with_lines=key.with_lines)
                for at, each in zip(chosen, codes, strict=True)
            ]
        }
        end = key.start + len(chosen)
        page = Page(
            json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(),
            encode(key.fresh.run, end) if end < len(places) else None,
        )
        if len(page.body) < PAGES_BYTES:
            self._pages[key] = page
        return page

    async def ranking(self, session: AsyncSession, round_id: int, as_of: AsOf) -> Ranking:
        """Return the round's ranking as of a run."""
        known = self._rankings.get((round_id, as_of))
        if known is None:
            standing = await self._standing(session, round_id, as_of)
            known = self._rankings[round_id, as_of] = ranked(standing, round_id)
        return known

    async def _standing(self, session: AsyncSession, round_id: int, as_of: AsOf) -> Standing:
        """Move the newest standing on, if that leads to *as_of*, or read it."""
        found = None
        since, earlier = self._newest.get(round_id, (None, None))
        if since and earlier and since.run <= as_of.run:
            found = await standings.moved_on(session, round_id, earlier, since, as_of.run)
        if found is None:
            found = await standings.standing(session, round_id, as_of.run)
        if since is None or since.run <= as_of.run:
            self._newest[round_id] = as_of, found
        return found


def freshened(code: str, fresh: Freshness) -> dict[str, Any]:
    """Return what says how up to date an answer is."""
    return {
        "round": code,
        "run": fresh.run,
        "state": freshness_state(fresh),
        "as_of": fresh.recorded_at and fresh.recorded_at.isoformat().replace("+00:00", "Z"),
    }
