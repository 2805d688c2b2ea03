"""The list of rounds: what goes on in those that are not closed, and those that are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import htpy as h

from shared.rankings.overviews import Overview
from shared.rounds.store import StoredRound
from shared.scoring.framework import Name
from web.charts.meter import share
from web.layout import NO_RUN, RUN, SECTIONS
from web.parts.pager import pager
from web.reader import PROVINCE, Reader

ON_A_PAGE = 25

TITLE = Name("评审轮次", "Rounds")
NONE = Name("还没有评审轮次。", "There are no rounds yet.")
CLOSED = Name("已截止的轮次", "Closed rounds")
ROUND, REFERENCE = Name("轮次", "Round"), Name("数据基准日", "Figures as of")
CLOSES, ENTRIES = Name("截止", "Closes"), Name("参评单位", "Take part")
COVERED, LAST = Name("数据覆盖", "Coverage"), Name("最近计算", "Last run")
IN_FRONT = Name("县（市、区）第一名", "First of the counties")
STATES = {
    "draft": Name("筹备中：尚未开始填报", "in preparation: nothing is reported yet"),
    "open": Name("填报中：排名随填报更新", "open: the ranking follows what is reported"),
    "closed": Name("已截止：不再接受填报", "closed: nothing more is taken in"),
}
NO_DAY, TODAY = Name("未定", "not said"), Name("今天截止", "closes today")
LEFT, LAST_DAY = Name("还剩 {n} 天", "{n} days left"), Name("还剩 1 天", "1 day left")
PASSED = Name("截止时间已过，尚未关闭", "this has passed, and it is still open")
PAGES = Name("{round} 的页面", "Pages of {round}")


@dataclass(frozen=True, slots=True)
class Seen:
    """A round, how it stands, and who leads, where the reader may see that."""

    round: StoredRound
    stands: Overview
    leader: Name | None
    whole: bool

    def title(self, reader: Reader) -> str:
        """Return what the round is called."""
        return reader.say(self.round.name)


def body(
    reader: Reader, rounds: Sequence[Seen], number: int, among: int, now: datetime
) -> h.Renderable:
    """Return page *number* of *among* rounds; these *rounds* stand as they are shown."""
    say = reader.say
    going = [each for each in rounds if each.round.state != "closed"]
    closed = [each for each in rounds if each.round.state == "closed"]
    return h.fragment[
        h.h1[say(TITLE)],
        not among and h.p(".notice")[say(NONE)],
        bool(going) and h.div(".cards")[(_card(reader, each, now) for each in going)],
        bool(closed) and h.fragment[h.h2[say(CLOSED)], _table(reader, closed)],
        pager(reader, number, among, ON_A_PAGE, reader.link),
    ]


def _card(reader: Reader, seen: Seen, now: datetime) -> h.Element:
    round_, title = seen.round, seen.title(reader)
    return h.article(".card")[
        h.h2[h.a(href=reader.link("rounds", round_.code))[h.bdi[title]]],
        h.p(class_=f"state {round_.state}")[reader.say(STATES[round_.state])],
        h.dl[((h.dt[reader.say(name)], h.dd[said]) for name, said in _facts(reader, seen, now))],
        h.nav(".sections", aria_label=reader.say(PAGES).format(round=title))[
            _links(reader, round_.code)
        ],
    ]


def _facts(reader: Reader, seen: Seen, now: datetime) -> Iterator[tuple[Name, h.Node]]:
    yield CLOSES, _deadline(reader, seen.round, now)
    yield REFERENCE, reader.day(seen.round.reference_date)
    yield ENTRIES, reader.number(seen.stands.progress.entries)
    if seen.whole:
        yield COVERED, _coverage(seen)
    yield LAST, _last(reader, seen)
    if seen.leader is not None:
        yield IN_FRONT, h.bdi[reader.say(seen.leader)]


def _deadline(reader: Reader, round_: StoredRound, now: datetime) -> h.Node:
    if round_.closes_at is None:
        return reader.say(NO_DAY)
    moment = reader.moment(round_.closes_at)
    if round_.closes_at <= now:
        return [moment, round_.state == "open" and h.span(".warn")[f" {reader.say(PASSED)}"]]
    days = (round_.closes_at.astimezone(PROVINCE).date() - now.astimezone(PROVINCE).date()).days
    left = {0: TODAY, 1: LAST_DAY}.get(days, LEFT)
    return [moment, " ", h.span(".left")[reader.say(left).format(n=reader.number(days))]]


def _coverage(seen: Seen) -> h.Node:
    coverage = seen.stands.outcome.coverage
    return "–" if coverage is None else share(coverage)


def _last(reader: Reader, seen: Seen) -> str:
    last = seen.stands.progress.as_of
    if last.run == 0:
        return reader.say(NO_RUN)
    return f"{reader.say(RUN).format(run=last.run)} · {reader.moment(last.recorded_at)}"


def _links(reader: Reader, code: str) -> Iterator[h.Element]:
    """Yield links to the pages that the reader may see."""
    for segment, (name, roles) in SECTIONS.items():
        if reader.principal is not None and reader.principal.role in roles:
            path = ("rounds", code, *((segment,) if segment else ()))
            yield h.a(href=reader.link(*path))[reader.say(name)]


def _table(reader: Reader, closed: Sequence[Seen]) -> h.Element:
    say = reader.say
    heads = (ROUND, CLOSES, REFERENCE, ENTRIES, COVERED, LAST)
    return h.div(".region", tabindex="0", role="region", aria_label=say(CLOSED))[
        h.table(".list")[
            h.thead[h.tr[(h.th(scope="col")[say(each)] for each in heads)]],
            h.tbody[(_row(reader, each) for each in closed)],
        ]
    ]


def _row(reader: Reader, seen: Seen) -> h.Element:
    link = reader.link("rounds", seen.round.code)
    return h.tr[
        h.th(scope="row")[h.a(href=link)[h.bdi[seen.title(reader)]]],
        h.td[reader.moment(seen.round.closes_at)],
        h.td[reader.day(seen.round.reference_date)],
        h.td[reader.number(seen.stands.progress.entries)],
        h.td(".counted")[_coverage(seen)],
        h.td[_last(reader, seen)],
    ]
