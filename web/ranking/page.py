"""The ranking as a page; its rows are put together as text, for which elements are too slow."""

from collections.abc import Iterator

import htpy as h
from markupsafe import Markup

from shared.scoring.framework import Name
from shared.scoring.points import in_points
from web.charts import bars
from web.charts.bars import Part
from web.charts.interval import interval
from web.charts.legend import legend
from web.layout import RANKING, Frame, markup
from web.parts.cohorts import KINDS, tabs
from web.parts.moved import DOWN, UP
from web.parts.pager import pager
from web.ranking.reading import ON_A_PAGE, Asked, Found, Place
from web.reader import Reader

VIEWS = {"stacked": Name("累计", "Stacked"), "aligned": Name("分维度对齐", "Side by side")}
RANK, SINCE, NAME = Name("名次", "Rank"), Name("较上次", "since last"), Name("名称", "Name")
POINTS = Name("各维度得分（满分 {full}）", "Points by dimension ({full} in all)")
TOTAL, COVERAGE = Name("总分", "Total"), Name("覆盖率", "Coverage")
INTERVAL = Name("名次区间（权重 ±{band}）", "Rank interval (weights ±{band})")
VIEW = Name("显示方式", "View")
SEARCH, FIND = Name("按名称查找", "Search by name"), Name("查找", "Find")
NOBODY = Name("没有符合条件的申报单位。", "Nobody is ranked here.")
LOW = 0.85
"""Coverage below this is pointed out."""


def page(reader: Reader, asked: Asked, found: Found) -> str:
    """Return the whole page."""
    kind = asked.sought.kind or "county"
    run = found.fresh.run if asked.pinned else None
    query = _query(asked, run)
    title = f"{reader.say(RANKING)} · {reader.say(KINDS[kind])}"
    frame = Frame(
        title,
        found.round,
        found.fresh,
        section="",
        live=not asked.pinned,
        query=query | {"page": asked.number if asked.number > 1 else None},
        path=("rounds", found.round.code),
    )
    return markup(reader, frame, _body(reader, asked, found, title, query))


def _query(asked: Asked, run: int | None) -> dict[str, str | int | None]:
    return {
        "cohort": asked.sought.kind,
        "q": asked.sought.q,
        "view": asked.view if asked.view != "stacked" else None,
        "run": run,
    }


def _body(
    reader: Reader, asked: Asked, found: Found, title: str, query: dict[str, str | int | None]
) -> h.Renderable:
    say, code = reader.say, found.round.code

    def to(**other: str | int | None) -> str:
        return reader.link("rounds", code, **query | other)

    dimensions = [say(each.name) for each in found.framework.dimensions]
    return h.fragment[
        h.div(".heading")[h.h1[title], _search(reader, asked, found)],
        h.div(".tools")[
            tabs(reader, asked.sought.kind or "county", to),
            h.nav(".views", aria_label=say(VIEW))[
                (
                    h.a(href=to(view=each), aria_current="true" if each == asked.view else None)[
                        say(name)
                    ]
                    for each, name in VIEWS.items()
                )
            ],
            legend(dimensions),
        ],
        _table(reader, asked, found) if found.places else h.p(".notice")[say(NOBODY)],
        pager(reader, asked.number, found.among, ON_A_PAGE, to),
    ]


def _search(reader: Reader, asked: Asked, found: Found) -> h.Element:
    say = reader.say
    kept = {"cohort": asked.sought.kind, "view": asked.view}
    if reader.chosen:
        kept["lang"] = reader.language
    return h.form(".search", action=reader.link("rounds", found.round.code), role="search")[
        (h.input(type="hidden", name=name, value=each) for name, each in kept.items()),
        h.input(
            type="search",
            name="q",
            value=asked.sought.q,
            aria_label=say(SEARCH),
            placeholder=say(SEARCH),
            maxlength="100",
        ),
        h.button[say(FIND)],
    ]


def _table(reader: Reader, asked: Asked, found: Found) -> h.Element:
    say = reader.say
    full = in_points(found.framework, found.framework.full)
    heads: tuple[tuple[str, h.Node], ...] = (
        ("rank", say(RANK)),
        ("moved", say(SINCE)),
        ("name", say(NAME)),
        ("points", say(POINTS).format(full=reader.number(full))),
        ("total", say(TOTAL)),
        *([("interval", _spans(reader, found))] if found.analysis else []),
        ("coverage", say(COVERAGE)),
    )
    return h.table(".ranking")[
        h.thead[h.tr[(h.th(scope="col", class_=kind)[name] for kind, name in heads)]],
        h.tbody[Markup("").join(_rows(reader, asked, found))],
    ]


def _rows(reader: Reader, asked: Asked, found: Found) -> Iterator[Markup]:
    """Yield each row as text, escaped where it is not ours."""
    draw = bars.aligned if asked.view == "aligned" else bars.stacked
    names = [
        (reader.say(each.name), in_points(found.framework, each.full))
        for each in found.framework.dimensions
    ]
    full = in_points(found.framework, found.framework.full)
    run = found.fresh.run if asked.pinned else None
    for place in found.places:
        who = place.applicant
        parts = [
            Part(name, earned, most)
            for (name, most), earned in zip(names, place.points, strict=True)
        ]
        low = " low" if place.coverage < LOW else ""
        rank = place.rank if place.rank is not None else "–"
        link = reader.link("rounds", found.round.code, "applicants", who.code, run=run)
        yield Markup(
            '<tr data-key="{code}"><td class="rank">{rank}</td><td class="moved">{moved}</td>'
            '<th scope="row" class="name"><a href="{link}">{name}</a></th>'
            '<td class="points">{bar}</td><td class="total">{total}</td>'
            '{interval}<td class="coverage{low}">{coverage:.0%}</td></tr>'
        ).format(
            code=who.code,
            rank=rank,
            moved=_moved(reader, place),
            link=link,
            name=reader.say(who.name),
            bar=draw(parts, full),
            total=reader.number(place.total, 2),
            interval=_interval(found, place),
            low=low,
            coverage=place.coverage,
        )


def _spans(reader: Reader, found: Found) -> h.Node:
    """Return the head of the column of intervals; an older run of theirs is named."""
    analysis = found.analysis
    if analysis is None:
        return None
    asked = analysis.parameters
    said = reader.say(INTERVAL).format(band=f"{asked['band']:.0%}")
    older = asked["run"] != found.fresh.run
    return h.fragment[said, older and h.span(".warn")[f" #{asked['run']}"]]


def _interval(found: Found, place: Place) -> Markup:
    if found.analysis is None:
        return Markup("")
    span = place.interval
    if span is None or place.rank is None:
        return Markup('<td class="interval">–</td>')
    drawn = interval(place.rank, span.low, span.high, found.among)
    return Markup('<td class="interval">{}<span>{}–{}</span></td>').format(
        drawn, span.low, span.high
    )


def _moved(reader: Reader, place: Place) -> Markup:
    if not place.moved:
        return Markup('<span class="same" aria-hidden="true">·</span>')
    name, sign = (UP, "▲") if place.moved > 0 else (DOWN, "▼")
    said = reader.say(name).format(n=abs(place.moved))
    kind = "up" if place.moved > 0 else "down"
    return Markup('<span class="{}" role="img" aria-label="{}">{}{}</span>').format(
        kind, said, sign, abs(place.moved)
    )
