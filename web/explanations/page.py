"""One line explained: the rule in words, step by step, and the submissions that it rests on."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import htpy as h

from shared.explanations.sentences import Sentences, read_by
from shared.explanations.values import value_in_words
from shared.explanations.verdicts import Verdict
from shared.scoring.framework import Name
from web.explained import Document, Score
from web.layout import Frame, markup
from web.reader import Reader
from web.scorecard.lines import MISSING, WITHHELD, figure, gain, unit_of, written
from web.submissions.table import Said, table
from web.trail import trail

POINTS, VALUE = Name("得分", "Points"), Name("数值", "Value")
SHARE, ONE_MORE = Name("份额", "Share"), Name("再多 1 可得", "One more earns")
OF = Name("满分 {full}", "of {full}")
BASIS = Name("规则依据：{basis}", "basis of the rule: {basis}")
STEPS = Name("怎样得来", "How it came about")
RESTS = Name("依据的填报", "What it rests on")
RULE = Name("分值规则", "The scale")
FROM, BELOW = Name("自 {edge} 起", "from {edge}"), Name("更低", "below")
ABOVE = Name("高于 {edge}", "above {edge}")
BAND, GRADE = Name("数值", "Value"), Name("等级", "Grade")
RECORD = Name("全部填报记录", "The whole record")
NOT_REACHED = Name(
    "您的密钥不涉及此数据项，不显示填报。",
    "Your key does not reach this measure: no submission is shown.",
)
NEXT, PREVIOUS = Name("下一项", "Next"), Name("上一项", "Previous")


def page(reader: Reader, score: Score, document: Document, at: int) -> str:
    """Return the whole page on the line at position *at*."""
    told = Sentences(document, reader.language)
    line = document["lines"][at]
    name = told.name(line["name"]) or line["indicator"]
    applicant = told.name(document["name"]) or score.applicant
    frame = Frame(
        f"{name} · {applicant}",
        score.round,
        score.fresh,
        live=not score.pinned,
        query={"run": score.run},
        path=_path(score, line["indicator"]),
    )
    kind = score.kind if score.seen.places else None
    dimension = document["dimensions"][score.framework.dimension_of[at]]
    basis = reader.say(BASIS).format(basis=line["basis"])
    body = h.fragment[
        trail(
            reader,
            score.round.code,
            kind,
            (score.applicant, applicant),
            line["indicator"],
            score.run,
        ),
        h.h1[name],
        h.p(".quiet")[f"{line['indicator']} · {told.name(dimension['name'])} · {basis}"],
        _figures(reader, score, line, told, at),
        h.h2[reader.say(STEPS)],
        h.ol(".steps")[(h.li[each] for each in told.line(line))],
        _scale(reader, line),
        h.h2[reader.say(RESTS)],
        (_measure(reader, score, told, code) for code in dict.fromkeys(read_by(line))),
        _around(reader, score, document, told, at),
    ]
    return markup(reader, frame, body)


def _path(score: Score, indicator: str) -> tuple[str, ...]:
    return ("rounds", score.round.code, "applicants", score.applicant, "lines", indicator)


def _figures(reader: Reader, score: Score, line: Document, told: Sentences, at: int) -> h.Element:
    say = reader.say
    unit = unit_of(told, score.framework.indicators[at])
    points = say(WITHHELD) if line["points"] is None else written(line["points"])
    figures = [
        (POINTS, points, say(OF).format(full=reader.number(line["full"]))),
        (VALUE, say(MISSING), "") if line["missing"] else (VALUE, _value(reader, line, told), unit),
    ]
    if line["share"] is not None:
        figures.append((SHARE, f"{line['share']:.1%}", ""))
    if line["one_more"] is not None:
        figures.append((ONE_MORE, gain(line["one_more"]["gain"]), ""))
    return h.dl(".figures")[
        (
            h.div[h.dt[say(name)], h.dd[h.strong[figure], " ", h.span(".quiet")[note]]]
            for name, figure, note in figures
        )
    ]


def _value(reader: Reader, line: Document, told: Sentences) -> str:
    if "grades" in line["normalisation"]["rule"]:
        return told.raw(line)
    return figure(reader, line["value"])


def _scale(reader: Reader, line: Document) -> h.Node:
    """Show bands or grades, which a sentence would not hold."""
    say, rule = reader.say, line["normalisation"]["rule"]
    if "bands" in rule:
        head, rows = BAND, [(_band(reader, each), each["share"]) for each in rule["bands"]]
    elif "grades" in rule:
        head, rows = GRADE, [(each["grade"], each["share"]) for each in rule["grades"]]
    else:
        return None
    return h.fragment[
        h.h2[say(RULE)],
        h.table(".list.scale")[
            h.thead[h.tr[h.th(scope="col")[say(head)], h.th(".number", scope="col")[say(SHARE)]]],
            h.tbody[
                (
                    h.tr[h.th(scope="row")[name], h.td(".number")[f"{share:.10g}"]]
                    for name, share in rows
                )
            ],
        ],
    ]


def _band(reader: Reader, band: Document) -> str:
    if band["from"] is None:
        return reader.say(BELOW)
    words = FROM if band["inclusive"] else ABOVE
    return reader.say(words).format(edge=reader.number(band["from"]))


def _measure(reader: Reader, score: Score, told: Sentences, code: str) -> h.Element:
    measure = told.measures[code]
    path = ("rounds", score.round.code, "applicants", score.applicant, "submissions", code)
    shown: h.Node
    if measure["withheld"]:
        shown = h.p[reader.say(NOT_REACHED)]
    elif measure["submissions"]:
        shown = table(reader, _said(reader, told, measure))
    else:
        shown = h.p[told.say("no submission", name=told.names[code], code=code)]
    return h.section(".measure")[
        h.h3[told.resolved(code)],
        h.p(".quiet")[told.rule(measure["rule"])],
        shown,
        h.p[h.a(href=reader.link(*path, run=score.run))[reader.say(RECORD)]],
    ]


def _said(reader: Reader, told: Sentences, measure: Mapping[str, Any]) -> Iterator[Said]:
    for each in measure["submissions"]:
        yield Said(
            id=each["id"],
            kind=told.kind(each["kind"]),
            reporter=each["reporter"],
            as_of=date.fromisoformat(each["as_of"]),
            value=value_in_words(reader.language, each["value"]),
            recorded_at=datetime.fromisoformat(each["recorded_at"]),
            run=each["run"],
            counts=each["verdict"] == Verdict.COUNTS,
            result=told.name(each["reason"]),
            notes=[each[kind] for kind in ("reference", "comment") if each[kind]],
        )


def _around(
    reader: Reader, score: Score, document: Document, told: Sentences, at: int
) -> h.Element:
    """Lead to the lines before and behind."""
    lines = document["lines"]
    sides = [(at - 1, PREVIOUS, "prev"), (at + 1, NEXT, "next")]
    return h.nav(".pager", aria_label=reader.say(POINTS))[
        (
            h.a(href=reader.link(*_path(score, lines[to]["indicator"]), run=score.run), rel=rel)[
                f"{reader.say(words)}: {told.name(lines[to]['name'])}"
            ]
            for to, words, rel in sides
            if 0 <= to < len(lines)
        )
    ]
