"""What the lists of applicants share: a search, a link to each, and pages of a hundred."""

import htpy as h

from shared.applicants.store import StoredApplicant
from shared.rounds.store import RoundFacts
from web.reader import Reader
from web.work.words import FIND, NEXT, PREVIOUS, SEARCH


def search(reader: Reader, action: str, q: str | None) -> h.Element:
    """Return a field that finds applicants by name or code on the page at *action*."""
    return h.form(".search", action=action.partition("?")[0], role="search")[
        reader.chosen and h.input(type="hidden", name="lang", value=reader.language),
        h.input(
            type="search",
            name="q",
            value=q,
            aria_label=reader.say(SEARCH),
            placeholder=reader.say(SEARCH),
            maxlength="100",
        ),
        h.button[reader.say(FIND)],
    ]


def link(reader: Reader, round_: RoundFacts, applicant: StoredApplicant) -> h.Element:
    """Return a link to what is to do of *applicant*."""
    there = reader.link("rounds", round_.code, "work", "applicants", applicant.code)
    return h.a(href=there)[h.bdi[reader.say(applicant.name)]]


def pager(
    reader: Reader, path: tuple[str, ...], number: int, last: int, q: str | None = None
) -> h.Node:
    """Return links to the page before *number* and the one after it, of *last* in all."""
    if last <= 1:
        return None
    say = reader.say
    return h.nav(".pager", aria_label=say(NEXT))[
        number > 1
        and h.a(href=reader.link(*path, q=q, page=number - 1), rel="prev")[say(PREVIOUS)],
        h.span[f"{number} / {last}"],
        number < last and h.a(href=reader.link(*path, q=q, page=number + 1), rel="next")[say(NEXT)],
    ]
