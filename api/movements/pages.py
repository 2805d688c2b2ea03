"""Pages of movements: worked out and rendered once for a span of runs, and then kept."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

from api.http.kept import Page
from api.http.paging import encode, links, page_at
from api.http.state import Gateway
from shared.applicants import store as applicants
from shared.applicants.store import StoredApplicant
from shared.core import moments
from shared.rankings import movements
from shared.rankings.movements import Movements
from shared.rankings.store import AsOf, Names

AT_ONCE = 100
"""Pieces that are made before others have their turn; an applicant is one, with all its ranks."""


class MovementsKey(NamedTuple):
    """Everything that a page of movements depends on; all of it is fixed once it was computed.

    It begins behind the run *since*, the first page behind the run *first*.
    """

    round_id: int
    first: int
    since: int
    until: AsOf
    names: Names
    cohort: str | None
    limit: int

    def page(self, code: str, since: int) -> str:
        """Return where the page behind the run *since* is."""
        query: dict[str, str | int] = {"cohort": self.cohort} if self.cohort is not None else {}
        if self.names.as_of is not None:  # those of then are shown on each page
            query["run"] = self.until.run
        said = urlencode(query | {"limit": self.limit})
        path = f"/v1/rounds/{code}/movements"
        return page_at(path, said, encode(path, self.until.run, self.first, since))


async def page_of(held: Gateway, code: str, key: MovementsKey) -> Page:
    """Return a page of the round *code*: kept, or rendered once for all who ask meanwhile."""
    known = held.kept.pages.get(key)
    if known is not None:
        return known
    return await held.renders.share(key, lambda: _render(held, code, key))


async def _render(held: Gateway, code: str, key: MovementsKey) -> Page:
    found = await movements.between(
        held.database, key.round_id, key.since, key.until.run, key.cohort, key.limit
    )
    async with held.database.reading() as session:
        who = await applicants.some(session, found.applicants, key.names.as_of)
    last = found.runs[-1].number if found.runs else key.until.run
    following = key.page(code, last) if last < key.until.run else None
    head = {
        "round": code,
        "cohort": key.cohort,
        "since": key.since,
        "until": key.until.run,
        "next": following,
        "applicants": _tracks(found, who),
    }
    body = await held.rendering.page(head, _runs(found), AT_ONCE)
    first = key.page(code, key.first) if key.since > key.first else None
    page = Page(body, links(next=following, first=first))
    held.kept.keep(key, page)
    return page


def _runs(found: Movements) -> Iterator[dict[str, Any]]:
    for at, run in enumerate(found.runs):
        yield {
            "run": run.number,
            "recorded_at": moments.written(run.recorded_at),
            "moved": _moves(found, at),
        }


def _moves(found: Movements, at: int) -> Iterator[dict[str, Any]]:
    moved = found.moved(at)
    before, after = found.ranks[at : at + 2, moved].tolist()
    for position, was, now in zip(moved.tolist(), before, after, strict=True):
        yield {
            "applicant": found.applicants[position],
            "before": was or None,
            "after": now or None,
        }


def _tracks(found: Movements, who: dict[str, StoredApplicant]) -> Iterator[dict[str, Any]]:
    for at, code in enumerate(found.applicants):
        applicant = who[code]
        yield {
            "applicant": code,
            "name": {"zh": applicant.name.zh, "en": applicant.name.en},
            "kind": applicant.kind,
            "ranks": [each or None for each in found.ranks[:, at].tolist()],
        }
