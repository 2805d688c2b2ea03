"""A portal's first page: whose figures it looks after, the least complete first."""

import htpy as h

from shared.rounds.store import RoundFacts
from shared.scoring.framework import Name
from web.reader import Reader
from web.work.cohort import ON_A_PAGE, Asked, Cohort
from web.work.lists import link, pager, search
from web.work.words import APPLICANT, CODE, COVERAGE, NOBODY

TITLE = Name("填报", "Reporting")
LOW = 0.85


def overview(reader: Reader, round_: RoundFacts, found: Cohort, asked: Asked) -> h.Renderable:
    """Return the list, each with a link to its checklist."""
    say, path = reader.say, ("rounds", round_.code, "work")
    return h.fragment[
        h.h1[say(TITLE)],
        h.div(".tools")[search(reader, reader.link(*path), asked.q)],
        h.p(".notice")[say(NOBODY)] if not found.shown else _table(reader, round_, found),
        pager(reader, path, asked.number, -(-found.among // ON_A_PAGE), asked.q),
    ]


def _table(reader: Reader, round_: RoundFacts, found: Cohort) -> h.Element:
    return h.table(".list.work")[
        h.thead[
            h.tr[
                h.th(scope="col")[reader.say(APPLICANT)],
                h.th(scope="col")[reader.say(CODE)],
                h.th(".number", scope="col")[reader.say(COVERAGE)],
            ]
        ],
        h.tbody[
            (
                h.tr[
                    h.th(scope="row")[link(reader, round_, each)],
                    h.td(".quiet")[each.code],
                    _coverage(found.coverage.get(each.code)),
                ]
                for each in found.shown
            )
        ],
    ]


def _coverage(share: float | None) -> h.Element:
    low = share is not None and share < LOW
    said = "–" if share is None else f"{share:.0%}"
    return h.td(class_=["number", {"low": low}])[said]
