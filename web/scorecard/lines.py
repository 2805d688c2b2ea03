"""The lines of a scorecard: one row for each indicator, by dimension."""

from collections.abc import Iterator
from dataclasses import dataclass

import htpy as h

from shared.explanations.sentences import Sentences
from shared.scoring.framework import Framework, Indicator, Name
from shared.scoring.points import in_points
from web.charts.bullets import Bullet, bullet
from web.charts.legend import colour
from web.explained import Document
from web.reader import Reader
from web.scorecard.reading import Card

LINES = Name("{n} 项指标", "{n} indicators")
INDICATOR, VALUE, POINTS = Name("指标", "Indicator"), Name("数值", "Value"), Name("得分", "Points")
EARNED = Name("得分情况", "Earned")
TICK = Name("竖线为同类中位", "the tick is the cohort's median")
ONE_MORE = Name("再多 1 可得", "One more earns")
MISSING = Name("未报送", "missing")
WITHHELD = Name("暂不显示", "not shown yet")
COSTS = Name("报送后最多", "at most, once reported")
OF = Name("满分 {full} 分，得 {points} 分", "{points} of {full} points")
MEDIAN = Name("同类中位 {median} 分", "the cohort's median is {median}")
REMARK = "⚑"


@dataclass(frozen=True, slots=True)
class Table:
    """What the rows are made of; *widest* points fill a bar's width."""

    reader: Reader
    card: Card
    told: Sentences
    widest: float

    @property
    def framework(self) -> Framework:
        """The rules that the score follows."""
        return self.card.score.framework


def table(reader: Reader, card: Card, told: Sentences) -> h.Element:
    """Return all lines, each a link to what explains it where the reader's key reaches that."""
    say, lines = reader.say, card.document["lines"]
    made = Table(reader, card, told, max((each["full"] for each in lines), default=0.0))
    heads = (
        ("name", h.fragment[say(INDICATOR)]),
        ("earned", h.fragment[say(EARNED), card.middle is not None and h.span(".key")[say(TICK)]]),
        ("value", h.fragment[say(VALUE)]),
        ("points", h.fragment[say(POINTS)]),
        ("more", h.fragment[say(ONE_MORE)]),
    )
    return h.table(".lines")[
        h.caption[h.h2[say(LINES).format(n=len(lines))]],
        h.thead[h.tr[(h.th(scope="col", class_=kind)[head] for kind, head in heads)]],
        (_dimension(made, at) for at in range(len(made.framework.dimensions))),
    ]


def _dimension(of: Table, at: int) -> h.Element:
    sums = of.card.document["dimensions"][at]
    points = of.reader.say(WITHHELD) if sums["points"] is None else written(sums["points"])
    return h.tbody[
        h.tr(".dimension")[
            h.th(".name", scope="rowgroup", colspan=3)[
                h.span(f".swatch.{colour(at)}", aria_hidden="true"), of.told.name(sums["name"])
            ],
            h.td(".points")[points, h.span(".full")[f"/ {of.reader.number(sums['full'])}"]],
            h.td(".more"),
        ],
        (_row(of, line, at) for line in _lines_of(of, at)),
    ]


def _lines_of(of: Table, dimension: int) -> Iterator[int]:
    """Yield which lines are those of a dimension, by position."""
    return (at for at, each in enumerate(of.framework.dimension_of) if each == dimension)


def _row(of: Table, at: int, dimension: int) -> h.Element:
    reader, score = of.reader, of.card.score
    line, indicator = of.card.document["lines"][at], of.framework.indicators[at]
    name = h.bdi[of.told.name(line["name"])]
    if score.reached:
        path = ("rounds", score.round.code, "applicants", score.applicant, "lines", indicator.code)
        name = h.a(href=reader.link(*path, run=score.run))[name]
    return h.tr(data_key=indicator.code)[
        h.th(".name", scope="row")[h.span(".code")[indicator.code], " ", name, _remarks(of, line)],
        h.td(".earned")[bar(of, at, dimension)],
        h.td(".value")[_value(of, line, indicator)],
        h.td(".points")[
            h.span(".own")[reader.say(WITHHELD) if line["withheld"] else written(line["points"])],
            h.span(".full")[f"/ {reader.number(line['full'])}"],
        ],
        h.td(".more")[score.reached and _more(reader, line)],
    ]


def bar(of: Table, at: int, dimension: int) -> h.Node:
    """Return the bullet bar of the line at a position."""
    line, say = of.card.document["lines"][at], of.reader.say
    middle = of.card.middle
    median = None if middle is None else in_points(of.framework, middle.lines[at])
    earned = None if line["missing"] else line["points"]
    if line["missing"]:
        said = say(MISSING)
    elif earned is None:
        said = say(WITHHELD)
    else:
        said = say(OF).format(points=written(earned), full=of.reader.number(line["full"]))
    if median is not None:
        said += f"; {say(MEDIAN).format(median=written(median))}"
    return bullet(Bullet(earned, line["full"], median), dimension % 6 + 1, of.widest, said)


def _value(of: Table, line: Document, indicator: Indicator) -> h.Node:
    if line["value"] is None:
        return h.fragment[h.span(".missing")[of.reader.say(MISSING)], h.span(".unit")]
    if "grades" in line["normalisation"]["rule"]:
        return of.told.raw(line)
    unit = unit_of(of.told, indicator)
    return h.fragment[figure(of.reader, line["value"]), h.span(".unit")[f" {unit}"]]


def figure(reader: Reader, value: float) -> str:
    """Write a raw value in as many digits as a reader compares."""
    return reader.number(value) if value == int(value) else f"{value:,.6g}"


def unit_of(told: Sentences, indicator: Indicator) -> str:
    """Return in what an indicator's raw value is counted."""
    rule = indicator.derivation
    unit = told.unit(rule.terms[0][0])
    if rule.denominator is None:
        return unit
    return f"{unit} / {rule.per:,.10g} {told.unit(rule.denominator)}"


def _more(reader: Reader, line: Document) -> h.Node:
    """Say what one unit more would earn; of a missing line, what it costs at most."""
    if line["missing"]:
        costs = line["costs_at_most"]
        words, earns = COSTS, f"≤ {gain(costs)}" if costs else ""
    elif line["one_more"] is None:
        words, earns = ONE_MORE, "–"
    else:
        words, earns = ONE_MORE, gain(line["one_more"]["gain"])
    kind = ".missing" if line["missing"] else ".gain"
    return (
        earns and h.fragment[h.span(".unseen.short")[reader.say(words)], " ", h.span(kind)[earns]]
    )


def _remarks(of: Table, line: Document) -> h.Node:
    said = " ".join(of.told.flags(line))
    return said and h.span(".remark", role="img", aria_label=said, title=said)[f" {REMARK}"]


def written(points: float) -> str:
    """Write *points* as a scorecard does."""
    return f"{points:,.2f}"


def gain(points: float) -> str:
    """Write a difference of *points* with its sign; one too small for two decimals with four."""
    text = f"{points:+,.4f}" if 0 < abs(points) < 0.005 else f"{points:+,.2f}"  # noqa: PLR2004
    return text.replace("-", "−")
