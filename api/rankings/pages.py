"""Pages of a ranking: rendered once for a run, and then kept."""

import json
from typing import Any, NamedTuple

from api.http.kept import Page
from api.http.paging import encode
from api.http.state import Gateway
from api.rankings.scorecards import freshened, score
from shared.applicants import store as applicants
from shared.database import Session
from shared.rankings import store as standings
from shared.rankings.store import Freshness
from shared.scoring.framework import Framework


class PageKey(NamedTuple):
    """Everything that a page of a ranking depends on; all of it is fixed once it was computed."""

    round_id: int
    fresh: Freshness
    cohort: str | None
    limit: int
    start: int
    with_lines: bool


async def render(
    held: Gateway, session: Session, code: str, framework: Framework, key: PageKey
) -> Page:
    """Render the page of the round *code*, and keep it."""
    whole = await held.rankings.as_of(session, key.round_id, key.fresh.as_of)
    places = whole.places(key.cohort)
    chosen = places[key.start : key.start + key.limit].tolist()
    codes = [whole.applicants[at] for at in chosen]
    lines = await standings.lines(session, key.round_id, codes, key.fresh.run)
    who = await applicants.some(session, codes)
    document: dict[str, Any] = freshened(code, key.fresh) | {
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
    held.kept.keep(key, page)
    return page
