"""The scorecard as a page: figures, who is next, dimensions, runs, then every line."""

from collections.abc import Iterator, Sequence

import htpy as h

from shared.explanations.sentences import Sentences
from shared.scoring.framework import Name
from shared.scoring.points import in_points
from web.charts.legend import colour
from web.charts.radar import Axis, radar
from web.charts.trend import Trend, trend
from web.explained import Document
from web.layout import Frame, markup
from web.reader import Reader
from web.scorecard.lines import WITHHELD, gain, table, written
from web.scorecard.reading import Card
from web.trail import trail

COHORT = {
    "county": Name("共 {n} 个县（市、区）", "of {n} counties"),
    "park": Name("共 {n} 个园区", "of {n} parks"),
}
RANK, TOTAL, COVERAGE = Name("名次", "Rank"), Name("总分", "Total"), Name("覆盖率", "Coverage")
TIED, UNRANKED = Name("并列 {n} 个", "{n} tied"), Name("不参与排名", "not ranked")
BEHIND = Name("距第 {rank} 名差 {points} 分", "{points} points behind rank {rank}")
AHEAD = Name("领先第 {rank} 名 {points} 分", "{points} points ahead of rank {rank}")
SURE = Name("权重变动 ±{band} 时多在第 {span} 名", "mostly {span} with weights ±{band}")
OTHERS = Name("等 {n} 个", "and others, {n} in all")
LIES = Name("对方领先之处", "Where it is ahead")
DIMENSIONS = Name("维度对比", "By dimension")
DIMENSION = Name("维度", "Dimension")
OWN, MIDDLE = Name("本主体", "This applicant"), Name("同类中位", "Cohort's median")
FULL = Name("满分", "Most")
RUNS = Name("历次计算", "Over the runs")
TOTAL_OVER, RANK_OVER = Name("总分走势", "Total"), Name("名次走势", "Rank")
FROM_TO = Name("从 {first} 到 {last}", "from {first} to {last}")
RUN = Name("第 {run} 次", "run {run}")


def page(reader: Reader, card: Card) -> str:
    """Return the whole page."""
    score, told = card.score, Sentences(card.document, reader.language)
    name = told.name(card.document["name"]) or score.applicant
    path = ("rounds", score.round.code, "applicants", score.applicant)
    frame = Frame(
        name, score.round, score.fresh, live=not score.pinned, query={"run": score.run}, path=path
    )
    body = h.fragment[
        trail(
            reader,
            score.round.code,
            score.kind if score.seen.places else None,
            None,
            score.applicant,
            score.run,
        ),
        h.h1[h.bdi[name]],
        h.div(".summary")[_figures(reader, card, told), _beside(reader, card, told)],
        h.div(".charts")[_by_dimension(reader, card, told), _over_runs(reader, card)],
        table(reader, card, told),
    ]
    return markup(reader, frame, body)


def _figures(reader: Reader, card: Card, told: Sentences) -> h.Element:
    say, document = reader.say, card.document
    size = document["cohort_size"]
    if size is None:
        rank, note = "–", told.say("place withheld")
    elif document["rank"] is None:
        rank, note = "–", say(UNRANKED)
    else:
        rank, note = str(document["rank"]), say(COHORT[document["kind"]]).format(n=size)
        if document["tied"] > 1:
            note += f" · {say(TIED).format(n=document['tied'])}"
        note += _sure(reader, card)
    total = document["total"]
    full = told.say("of", points="", full=reader.number(document["full"])).strip()
    return h.dl(".figures")[
        _figure(say(RANK), rank, note),
        _figure(say(TOTAL), "–", say(WITHHELD))
        if total is None
        else _figure(say(TOTAL), written(total), full),
        _figure(say(COVERAGE), f"{document['coverage']:.0%}", ""),
    ]


def _sure(reader: Reader, card: Card) -> str:
    """Say between which ranks the place lies under other weights, and as of which run if older."""
    sure = card.sure
    if sure is None:
        return ""
    low, high = sure.interval.low, sure.interval.high
    span = f"{low}" if low == high else f"{low}–{high}"
    said = reader.say(SURE).format(span=span, band=f"{sure.band:.0%}")
    if sure.run != card.score.fresh.run:
        said += f" · {reader.say(RUN).format(run=sure.run)}"
    return f" · {said}"


def _figure(name: str, figure: str, note: str) -> h.Element:
    return h.div[h.dt[name], h.dd[h.strong[figure], " ", h.span(".quiet")[note]]]


def _beside(reader: Reader, card: Card, told: Sentences) -> h.Node:
    """Say how far those next above and below are, and in which lines the one above is ahead."""
    above, below = card.document["above"], card.document["below"]
    if above is None and below is None:
        return None
    return h.div(".beside")[
        above and _neighbour(reader, card, above, BEHIND),
        above and card.score.reached and _ahead(reader, card, above, told),
        below and _neighbour(reader, card, below, AHEAD),
    ]


def _neighbour(reader: Reader, card: Card, other: Document, words: Name) -> h.Element:
    code, score = other["applicants"][0], card.score
    distance = gain(other["distance"]).lstrip("+")
    link = reader.link("rounds", score.round.code, "applicants", code, run=score.run)
    name = card.names.get(code)
    return h.p[
        h.strong[reader.say(words).format(rank=other["rank"], points=distance)],
        " ",
        h.a(href=link)[h.bdi[code if name is None else reader.say(name)]],
        other["tied"] > 1 and f" {reader.say(OTHERS).format(n=other['tied'])}",
    ]


def _ahead(reader: Reader, card: Card, above: Document, told: Sentences) -> h.Node:
    if not above["ahead_in"]:
        return None
    names = {each["indicator"]: each["name"] for each in card.document["lines"]}
    return h.div(".ahead")[
        h.span(".quiet")[reader.say(LIES)],
        h.ul[
            (
                h.li[
                    h.span(".by")[gain(each["theirs"] - each["points"])],
                    " ",
                    told.name(names[each["indicator"]]),
                ]
                for each in above["ahead_in"]
            )
        ],
    ]


def _by_dimension(reader: Reader, card: Card, told: Sentences) -> h.Element:
    say, dimensions = reader.say, card.document["dimensions"]
    framework, middle = card.score.framework, card.middle
    medians = [
        None if middle is None else in_points(framework, each)
        for each in (middle.dimensions if middle else [0.0] * len(dimensions))
    ]
    chart = None
    if all(each["points"] is not None for each in dimensions):
        axes = [
            Axis(told.name(each["name"]), _share(each["points"], each) or 0.0, _share(median, each))
            for each, median in zip(dimensions, medians, strict=True)
        ]
        chart = radar(axes, say(DIMENSIONS))
    return h.section(".dimensions")[
        h.h2[say(DIMENSIONS)],
        h.div(".sides")[
            chart,
            h.table(".sums")[
                h.thead[
                    h.tr[
                        h.th(scope="col")[say(DIMENSION)],
                        h.th(".number", scope="col")[h.span(".own", aria_hidden="true"), say(OWN)],
                        middle is not None
                        and h.th(".number", scope="col")[
                            h.span(".other", aria_hidden="true"), say(MIDDLE)
                        ],
                        h.th(".number", scope="col")[say(FULL)],
                    ]
                ],
                h.tbody[_sums(reader, dimensions, medians, told)],
            ],
        ],
    ]


def _share(points: float | None, dimension: Document) -> float | None:
    if points is None:
        return None
    return points / dimension["full"] if dimension["full"] else 0.0


def _sums(
    reader: Reader, dimensions: Sequence[Document], medians: Sequence[float | None], told: Sentences
) -> Iterator[h.Element]:
    for at, (each, median) in enumerate(zip(dimensions, medians, strict=True)):
        own = reader.say(WITHHELD) if each["points"] is None else written(each["points"])
        yield h.tr[
            h.th(scope="row")[
                h.span(f".swatch.{colour(at)}", aria_hidden="true"), told.name(each["name"])
            ],
            h.td(".number")[h.strong[own]],
            median is not None and h.td(".number")[written(median)],
            h.td(".number.quiet")[reader.number(each["full"])],
        ]


def _over_runs(reader: Reader, card: Card) -> h.Node:
    steps = card.steps
    if not steps:
        return None
    say = reader.say
    first, last = (say(RUN).format(run=steps[at].run) for at in (0, -1))

    def said(what: Name, values: Sequence[float | None], places: int) -> str:
        known = [each for each in values if each is not None]
        ends = [f"{each:,.{places}f}" for each in (known[0], known[-1])] if known else ["–", "–"]
        return f"{say(what)}: {say(FROM_TO).format(first=ends[0], last=ends[1])}"

    totals = [each.total for each in steps]
    ranks = [None if each.rank is None else float(each.rank) for each in steps]
    return h.section(".runs")[
        h.h2[say(RUNS)],
        h.figure[
            h.figcaption[say(TOTAL_OVER)],
            trend(Trend(totals, first, last), said(TOTAL_OVER, totals, 2)),
        ],
        h.figure[
            h.figcaption[say(RANK_OVER)],
            trend(Trend(ranks, first, last, 0, down=True), said(RANK_OVER, ranks, 0)),
        ],
    ]
