"""All that an expert can ask of the board about a round, and what it is shown."""

import re
from http import HTTPStatus
from typing import Any

from api.answers.validators import etag_of
from tests.fixtures.make import MARK, STATIONS
from tests.panels.experts import TEAM, Panel
from tests.web.signed_in import cookie

APPLICANTS = ("C1", "C2")
"""Whom the expert marked, and whom it has yet to mark."""

PAGES = [
    "",
    "?run=1",
    "?cohort=park&view=aligned",
    "?q=C",
    *(f"/applicants/{of}{what}" for of in APPLICANTS for what in ("", "?run=2")),
    *(
        f"/applicants/{of}/lines/{line}{what}"
        for of in APPLICANTS
        for line in ("A-1", "B-1", "B-4")
        for what in ("", "?run=2")
    ),
    "/applicants/P1",
    *(
        f"/applicants/{of}/submissions/{measure}"
        for of in APPLICANTS
        for measure in (STATIONS, MARK, TEAM)
    ),
    "/movement",
    "/movement?run=2&cohort=park",
    *(f"/movement/{run}" for run in (1, 2, 3, 4)),
    "/coverage",
    "/coverage?run=1",
    "/coverage/sources",
    "/diagnostics",
    "/wall",
    "/wall?run=2",
    "/work",
    *(f"/work/applicants/{of}" for of in APPLICANTS),
    *(f"/work/values/{of}/{measure}" for of in APPLICANTS for measure in (MARK, TEAM)),
    f"/work/panels/C2/{MARK}",
    "/work/entries",
]

CHANGING = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d|expert-[A-Z2-7]{8}|\b[0-9a-f]{32}\b|said-\d+|#\d+"
)
"""What differs between any two rounds: moments, the round's own salt, requests, ids."""

OWN_HEADERS = ("x-request-id", "content-length", "etag")
"""Both move with moments; what they are the length and the digest of is compared."""

Page = tuple[int, Any, str]


KEPT = ("", "?cohort=park&view=aligned", "/movement", "/movement/3", "/wall", "/coverage")


async def seen_whole(panel: Panel, who: str) -> bool:
    """Say whether *who* is shown pages that are kept for whoever may see as much."""
    pages = [*KEPT, *(f"/applicants/{of}" for of in APPLICANTS)]
    answers = [await _asked(panel, who, f"/board/rounds/{panel.code}{path}") for path in pages]
    return all(status == HTTPStatus.OK for status, *_ in answers)


async def shown(panel: Panel, who: str) -> dict[str, Page]:
    """Return what *who* is shown of the round, by page, but for what always changes."""
    pages = {path: await _asked(panel, who, f"/board/rounds/{panel.code}{path}") for path in PAGES}
    status, headers, rounds = await _asked(panel, who, "/board")
    (card,) = (each for each in rounds.split("<article")[1:] if 'href="/board/rounds/_"' in each)
    return pages | {"/board": (status, headers, card)}


async def _asked(panel: Panel, who: str, path: str) -> Page:
    signed_in = await cookie(panel.world, who)
    headers = signed_in | {"Accept-Encoding": "identity"}
    answer = await panel.world.client.get(f"http://gateway{path}", headers=headers)
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers.get("etag") in (None, etag_of(answer.content))
    told = [
        (name, value.replace(panel.code, "_"))
        for name, value in answer.headers.multi_items()
        if name not in OWN_HEADERS
    ]
    body = CHANGING.sub("", answer.text)
    for own in (panel.code, f"{panel.code.lower()}s"):
        body = body.replace(own, "_")
    return answer.status_code, sorted(told), body
