"""What came from whom: each measure, and each reporter of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import htpy as h

from shared.completeness.store import EVERYBODY, Line
from shared.explanations.words import KINDS
from shared.rankings.store import Freshness
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework, Name
from web.charts.meter import meter
from web.coverage.views import views
from web.layout import Frame, markup
from web.parts.pager import NEXT, PAGES
from web.reader import Reader

TITLE = Name("数据覆盖 · 按来源", "Coverage · by source")
LEAD = Name(
    "每个数据项：截至数据基准日 {day} 有值的申报单位数，先为合计，后为各来源；"
    "尚未计算的填报也计入。",
    "Of each measure: of how many a value counts as of {day}, all reporters together and then each"
    " of them. What waits for the next run is counted, too.",
)
NOTHING = Name("没有您可以查看的数据项。", "There is no measure that you may see.")
MEASURE, WHO = Name("数据项", "Measure"), Name("来源", "Reported by")
COUNTED, LATEST = Name("有值", "With a value"), Name("最新数据日期", "Latest figures of")
HEARD, LACKING = Name("最近填报", "Last heard"), Name("缺报单位", "Who lacks")
TOGETHER = Name("合计", "All together")
MORE, STOPPED = Name("等 {n} 家", "and others, {n} in all"), Name("{n} 家已撤回", "{n} taken back")
AND = Name("、", ", ")
SHOWN = 6
"""Of those who lack a value, so many are named."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of lines; *names* has who lacks, *reporters* how each line's reporter is called.

    *kept* is what links keep of the query: the page itself is of now, and of everybody.
    """

    round: RoundFacts
    framework: Framework
    fresh: Freshness
    lines: Sequence[Line]
    reporters: Sequence[str | None]
    names: Mapping[str, Name]
    following: str | None
    kept: Mapping[str, str | int | None]


def page(reader: Reader, found: Found) -> str:
    """Return the whole page."""
    say, path = reader.say, ("rounds", found.round.code, "coverage", "sources")
    frame = Frame(
        say(TITLE),
        found.round,
        found.fresh,
        section="coverage",
        query=found.kept,
        path=path,
        body_class="wide",
        style="figures.css",
    )
    body = h.fragment[
        h.h1[say(TITLE)],
        h.div(".tools")[views(reader, found.round.code, "source", found.kept)],
        h.p(".lead")[say(LEAD).format(day=reader.day(found.round.reference_date))],
        _table(reader, found) if found.lines else h.p(".notice")[say(NOTHING)],
        found.following
        and h.nav(".pager", aria_label=say(PAGES))[
            h.a(href=reader.link(*path, **found.kept, cursor=found.following), rel="next")[
                say(NEXT)
            ]
        ],
    ]
    return markup(reader, frame, body)


def _table(reader: Reader, found: Found) -> h.Element:
    say = reader.say
    heads = (MEASURE, WHO, COUNTED, LATEST, HEARD, LACKING)
    pairs = list(zip(found.lines, found.reporters, strict=True))
    return h.div(".region", tabindex="0", role="region", aria_label=say(TITLE))[
        h.table(".list.sources")[
            h.thead[h.tr[(h.th(scope="col")[say(each)] for each in heads)]],
            (
                h.tbody[_measure(reader, found, list(group))]
                for _, group in groupby(pairs, key=lambda pair: pair[0].measure)
            ),
        ]
    ]


def _measure(
    reader: Reader, found: Found, lines: Sequence[tuple[Line, str | None]]
) -> Iterator[h.Element]:
    for at, (line, reporter) in enumerate(lines):
        name = found.framework.measures[line.measure].name
        head = h.th(scope="rowgroup", rowspan=len(lines))[
            reader.say(name), h.span(".quiet.code")[line.measure]
        ]
        together = line.reporter == EVERYBODY
        yield h.tr(class_="together" if together else None)[
            at == 0 and head,
            h.td(".who")[reader.say(TOGETHER) if together else _reporter(reader, line, reporter)],
            h.td(".counted")[meter(line.counted, line.expected)],
            h.td(".when")[reader.day(line.latest_as_of)],
            h.td(".when")[reader.moment(line.last_recorded_at)],
            h.td(".lacking")[_lacking(reader, found, line)],
        ]


def _reporter(reader: Reader, line: Line, name: str | None) -> h.Renderable:
    kind = reader.say(KINDS[line.kind]) if line.kind in KINDS else ""
    return h.fragment[h.bdi[name or ""], h.span(".quiet")[f" {kind}"]]


def _lacking(reader: Reader, found: Found, line: Line) -> Iterator[h.Node]:
    """Name the first who lack a value, and say how many they are and how many took one back."""
    for at, code in enumerate(line.lacking[:SHOWN]):
        name = found.names.get(code)
        yield reader.say(AND) if at else None
        yield h.bdi[reader.say(name) if name else code]
    if line.lacking_count > SHOWN:
        yield f" {reader.say(MORE).format(n=line.lacking_count)}"
    if line.stopped_count:
        yield h.span(".warn")[f" · {reader.say(STOPPED).format(n=line.stopped_count)}"]
