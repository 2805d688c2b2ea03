"""Places over runs as a chart, and the same as a table."""

from collections.abc import Iterator, Sequence

import htpy as h

from shared.scoring.framework import Name
from web.charts.bump import Line, bump
from web.layout import Frame, markup
from web.movement.reading import PLACES, Found, Track
from web.parts.cohorts import KINDS, tabs
from web.parts.moved import arrow, far
from web.reader import Reader

TITLE = Name("名次变化", "Movement")
LEAD = Name(
    "前 {places} 名在 {runs} 次计算中的位次。颜色表示从首次到末次升降 3 位及以上。"
    "点击计算编号可查看该次谁动了、为什么。",
    "The first {places} places over {runs} runs. Coloured: who rose or fell by three places or"
    " more from the first of these runs to the last. A run's number leads to who moved with it"
    " and why.",
)
ROSE, FELL = Name("上升", "rose"), Name("下降", "fell")
STAYED = Name("变化不足 3 位", "moved by less than three")
NO_RUN = Name("尚未计算，暂无名次。", "Nothing has been computed yet, so there are no places.")
CHART = Name("各次计算中的位次", "Places over the runs")
TABLE = Name("以表格显示", "The same as a table")
NAME, CHANGE = Name("名称", "Name"), Name("变化", "Change")
LONG = 45
"""A name of more bytes is written smaller and on wider lines, so that two hold it."""
RUN = Name("第 {run} 次", "Run {run}")
MOVED = Name("{n} 家变动", "{n} moved")
EARLIER, LATEST = Name("更早的计算", "Earlier runs"), Name("最近的计算", "The latest runs")


def page(reader: Reader, found: Found, kind: str, *, cohort: str | None, pinned: bool) -> str:
    """Return the whole page; *pinned*: the run was named in the address, as the *cohort* may be."""
    title = f"{reader.say(TITLE)} · {reader.say(KINDS[kind])}"
    query = {"cohort": cohort, "run": str(found.fresh.run) if pinned else None}
    path = ("rounds", found.round.code, "movement")
    frame = Frame(
        title,
        found.round,
        found.fresh,
        section="movement",
        live=not pinned,
        query=query,
        path=path,
        body_class="wide",
        style="figures.css",
    )

    def to(**other: str | int | None) -> str:
        return reader.link(*path, **query | other)

    body = h.fragment[
        h.h1[title],
        h.div(".tools")[tabs(reader, kind, to), _legend(reader)],
        _content(reader, found, cohort) if found.tracks else h.p(".notice")[reader.say(NO_RUN)],
        h.nav(".pager", aria_label=reader.say(TITLE))[
            bool(found.runs)
            and found.runs[0].number > 1
            and h.a(href=to(run=found.runs[0].number - 1), rel="prev")[reader.say(EARLIER)],
            pinned and h.a(href=to(run=None), rel="next")[reader.say(LATEST)],
        ],
    ]
    return markup(reader, frame, body)


def _legend(reader: Reader) -> h.Element:
    kinds = (("up", "▲", ROSE), ("down", "▼", FELL), ("same", "·", STAYED))
    return h.ul(".legend")[
        (
            h.li[h.span(class_=kind, aria_hidden="true")[sign], " ", reader.say(name)]
            for kind, sign, name in kinds
        )
    ]


def _content(reader: Reader, found: Found, cohort: str | None) -> h.Renderable:
    lead = reader.say(LEAD).format(places=PLACES, runs=len(found.runs))
    return h.fragment[
        h.p(".lead")[lead],
        h.div(".region", tabindex="0", role="region", aria_label=reader.say(CHART))[
            h.div(".bumps")[
                h.ol(".heads")[_heads(reader, found, cohort)],
                _labels(reader, found, 0),
                bump(list(_lines(reader, found)), len(found.runs), _rows(found), lead),
                _labels(reader, found, -1),
            ]
        ],
        h.details(".as-table")[h.summary[reader.say(TABLE)], _table(reader, found)],
    ]


def _rows(found: Found) -> int:
    return min(PLACES, max(max(track.slots) for track in found.tracks))


def _heads(reader: Reader, found: Found, cohort: str | None) -> Iterator[h.Element]:
    for run, moved in zip(found.runs, found.moved, strict=True):
        link = reader.link("rounds", found.round.code, "movement", str(run.number), cohort=cohort)
        said = reader.say(MOVED).format(n=moved)
        yield h.li[
            h.a(href=link, title=reader.moment(run.recorded_at))[
                h.span(".unseen")[reader.say(RUN).format(run="")], f"#{run.number}"
            ],
            h.span(".quiet", title=said)[
                h.span(aria_hidden="true")[f"↕ {moved}"], h.span(".unseen")[said]
            ],
        ]


def _labels(reader: Reader, found: Found, column: int) -> h.Element:
    """Return who stands where in the first column (0) or the last (-1), from the top."""
    at = {track.slots[column]: track for track in found.tracks}
    last = column == -1
    return h.ol(".ends.last" if last else ".ends", aria_hidden=None if last else "true")[
        (
            h.li(class_=_kind(reader, at[slot]) or None)[
                _label(reader, found, at[slot], linked=last)
            ]
            if slot in at
            else h.li
            for slot in range(1, _rows(found) + 1)
        )
    ]


def _kind(reader: Reader, track: Track) -> str:
    long = "long" if len(reader.say(track.applicant.name).encode()) > LONG else ""
    return f"{far(track.moved)} {long}".strip()


def _label(reader: Reader, found: Found, track: Track, *, linked: bool) -> h.Node:
    name = h.bdi[reader.say(track.applicant.name)]
    if not linked:
        return name
    link = reader.link("rounds", found.round.code, "applicants", track.applicant.code)
    return [h.a(href=link)[name], track.moved != 0 and arrow(reader, track.moved)]


def _lines(reader: Reader, found: Found) -> Iterator[Line]:
    for track in found.tracks:
        name = reader.say(track.applicant.name)
        yield Line(name, track.slots, track.ranks, far(track.moved))


def _table(reader: Reader, found: Found) -> h.Element:
    say = reader.say
    runs = (say(RUN).format(run=each.number) for each in found.runs)
    return h.div(".region", tabindex="0", role="region", aria_label=say(TABLE))[
        h.table(".list.places")[
            h.thead[h.tr[(h.th(scope="col")[each] for each in (say(NAME), *runs, say(CHANGE)))]],
            h.tbody[(_row(reader, each) for each in _in_order(found.tracks))],
        ]
    ]


def _in_order(tracks: Sequence[Track]) -> list[Track]:
    """Return *tracks* as they stand in the last run, who stands nowhere behind them."""
    return sorted(tracks, key=lambda each: (not each.slots[-1], each.slots[-1]))


def _row(reader: Reader, track: Track) -> h.Element:
    return h.tr[
        h.th(scope="row")[h.bdi[reader.say(track.applicant.name)]],
        (h.td(".number")[str(rank) if rank else "–"] for rank in track.ranks),
        h.td(".number")[arrow(reader, track.moved)],
    ]
