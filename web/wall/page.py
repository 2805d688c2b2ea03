"""The wall as a page: large, dark, and plain about whether it is live."""

import htpy as h

from shared.scoring.framework import Name
from shared.scoring.points import in_points
from web.charts import bars
from web.charts.bars import Part
from web.charts.bump import Line, bump
from web.charts.legend import legend
from web.layout import RANKING, Frame, markup
from web.movement.reading import Track
from web.parts.cohorts import KINDS
from web.parts.moved import arrow, far
from web.ranking.reading import Place
from web.reader import Reader
from web.wall.reading import PLACES, Found

TITLE = Name("大屏", "Wall")
RANK, NAME = Name("名次", "Rank"), Name("名称", "Name")
POINTS, TOTAL = Name("各维度得分", "Points by dimension"), Name("总分", "Total")
MEDIAN, COMPLETE = Name("总分中位数", "median total"), Name("数据齐备", "lack nothing")
MOVED = Name("本次名次变动", "moved with this run")
PLACES_OVER_RUNS = Name("最近 {runs} 次计算中的位次", "Places over the last {runs} runs")
MOVERS = Name("本次变动最大", "Moved furthest with this run")
NOBODY_MOVED = Name("本次计算名次没有变动。", "Nobody moved with this run.")
NO_RUN = Name("尚未计算，暂无名次。", "Nothing has been computed yet, so there are no places.")
LONG = 30
"""A name of more characters is written smaller, so that it fits whole."""
NOT_LIVE = Name(
    "未实时更新：以下为 {moment} 的结果，可能已经过时。",
    "Not live: what stands here is of {moment} and may be out of date.",
)
NEVER_LIVE = Name(
    "此浏览器未运行脚本，本页不会自动更新。",
    "This browser runs no scripts: the page does not follow the round.",
)


def page(reader: Reader, found: Found, kind: str, *, pinned: bool) -> str:
    """Return the whole page; *pinned*: the run was named in the address."""
    query = {"cohort": kind, "run": found.fresh.run if pinned else None}
    title = f"{reader.say(TITLE)} · {reader.say(KINDS[kind])}"
    frame = Frame(
        title,
        found.round,
        found.fresh,
        section="wall",
        live=not pinned,
        query=query,
        path=("rounds", found.round.code, "wall"),
        body_class="wall",
        style="wall.css",
    )
    return markup(reader, frame, _body(reader, found, kind, live=not pinned))


def _body(reader: Reader, found: Found, kind: str, *, live: bool) -> h.Renderable:
    say = reader.say
    return h.fragment[
        live and _not_live(reader, found),
        h.section(".wall-first")[
            h.h1[f"{say(RANKING)} · {say(KINDS[kind])}"],
            legend(say(each.name) for each in found.framework.dimensions),
            _places(reader, found) if found.places else h.p(".notice")[say(NO_RUN)],
        ],
        h.section(".wall-beside")[
            _figures(reader, found, kind),
            len(found.runs) > 1 and _over_runs(reader, found),
            _movers(reader, found) if found.places else None,
        ],
    ]


def _not_live(reader: Reader, found: Found) -> h.Renderable:
    since = reader.say(NOT_LIVE).format(moment=reader.moment(found.fresh.recorded_at))
    return h.fragment[
        h.p(".stale.banner", role="alert", hidden=True)[since],
        h.noscript[h.p(".banner")[reader.say(NEVER_LIVE)]],
    ]


def _places(reader: Reader, found: Found) -> h.Element:
    heads = (RANK, NAME, POINTS, TOTAL)
    return h.table(".wall-places")[
        h.thead(".unseen")[h.tr[(h.th(scope="col")[reader.say(each)] for each in heads)]],
        h.tbody[(_place(reader, found, each) for each in found.places)],
    ]


def _place(reader: Reader, found: Found, place: Place) -> h.Element:
    parts = [
        Part(reader.say(each.name), earned, in_points(found.framework, each.full))
        for each, earned in zip(found.framework.dimensions, place.points, strict=True)
    ]
    full = in_points(found.framework, found.framework.full)
    return h.tr(data_key=place.applicant.code)[
        h.td(".rank")[str(place.rank) if place.rank is not None else "–"],
        h.th(".name", scope="row")[_name(reader, place)],
        h.td(".points")[bars.stacked(parts, full)],
        h.td(".total")[reader.number(place.total, 2)],
    ]


def _name(reader: Reader, place: Place) -> h.Element:
    return _called(reader.say(place.applicant.name))


def _called(called: str) -> h.Element:
    return h.bdi(class_="long" if len(called) > LONG else None)[called]


def _figures(reader: Reader, found: Found, kind: str) -> h.Element:
    share = found.complete / found.among if found.among else 0.0
    figures = (
        (reader.number(found.among), KINDS[kind]),
        (reader.number(found.median, 1), MEDIAN),
        (f"{share:.0%}", COMPLETE),
        (reader.number(found.moved), MOVED),
    )
    return h.dl(".wall-figures")[
        (h.div[h.dt[reader.say(name)], h.dd[figure]] for figure, name in figures)
    ]


def _over_runs(reader: Reader, found: Found) -> h.Element:
    said = reader.say(PLACES_OVER_RUNS).format(runs=len(found.runs))
    lines = [
        Line(reader.say(each.applicant.name), each.slots, each.ranks, far(each.moved))
        for each in found.tracks
    ]
    rows = min(PLACES, found.among)
    now = {track.slots[-1]: track for track in found.tracks}
    return h.div(".wall-recent")[
        h.h2[said],
        h.div(".wall-bump")[
            h.ol(".heads", aria_hidden="true")[(h.li[f"#{run}"] for run in found.runs)],
            bump(lines, len(found.runs), rows, said),
            h.ol(".ends")[
                (_end(reader, now.get(slot)) for slot in range(1, rows + 1)),
                h.li(".half", aria_hidden="true"),  # as the chart has half a row more
            ],
        ],
    ]


def _end(reader: Reader, track: Track | None) -> h.Element:
    """Return who stands at the end of a line."""
    if track is None:
        return h.li
    return h.li(class_=far(track.moved) or None)[_called(reader.say(track.applicant.name))]


def _movers(reader: Reader, found: Found) -> h.Element:
    return h.div(".wall-movers")[
        h.h2[reader.say(MOVERS)],
        h.p[reader.say(NOBODY_MOVED)]
        if not found.movers
        else h.ul[(_mover(reader, each) for each in found.movers)],
    ]


def _mover(reader: Reader, place: Place) -> h.Element:
    rank, moved = place.rank or 0, place.moved or 0
    return h.li[
        arrow(reader, moved),
        _name(reader, place),
        h.span(".from-to")[f"{rank + moved} → {rank}"],
    ]
