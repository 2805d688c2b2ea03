"""The list of rounds."""

from collections.abc import Sequence

import htpy as h

from shared.rounds.store import StoredRound
from shared.scoring.framework import Name
from web.reader import Reader

TITLE = Name("评审轮次", "Rounds")
NONE = Name("还没有评审轮次。", "There are no rounds yet.")
STATE, CLOSES = Name("状态", "State"), Name("截止", "Closes")
ROUND, REFERENCE = Name("轮次", "Round"), Name("数据基准日", "Figures as of")
STATES = {
    "draft": Name("筹备中", "in preparation"),
    "open": Name("填报中", "open"),
    "closed": Name("已截止", "closed"),
}


def body(reader: Reader, rounds: Sequence[StoredRound]) -> h.Renderable:
    """Return the page's content."""
    say = reader.say
    return h.fragment[
        h.h1[say(TITLE)],
        h.p[say(NONE)]
        if not rounds
        else h.table(".list")[
            h.thead[
                h.tr[(h.th(scope="col")[say(each)] for each in (ROUND, STATE, REFERENCE, CLOSES))]
            ],
            h.tbody[(_row(reader, each) for each in rounds)],
        ],
    ]


def _row(reader: Reader, round_: StoredRound) -> h.Element:
    title = Name(round_.title["zh"], round_.title["en"])
    return h.tr[
        h.th(scope="row")[h.a(href=reader.link("rounds", round_.code))[reader.say(title)]],
        h.td[h.span(f".state.{round_.state}")[reader.say(STATES[round_.state])]],
        h.td[reader.day(round_.reference_date)],
        h.td[reader.moment(round_.closes_at)],
    ]
