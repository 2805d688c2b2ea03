"""The record as a page."""

import htpy as h

from shared.core.principal import Principal
from shared.explanations.sentences import Sentences
from shared.reference import unit_in_words
from shared.scoring.framework import Name
from web.layout import Frame, markup
from web.reader import Reader
from web.submissions.reading import Record, rows
from web.submissions.table import table
from web.trail import trail

TITLE = Name("填报记录", "The record")
NOTHING = Name("没有可以显示的填报。", "There is nothing here that you may see.")
WITHHELD = Name("您的密钥不涉及此数据项。", "Your key does not reach this measure.")
NEXT, FIRST = Name("下一页", "Next"), Name("从头开始", "From the beginning")


def page(reader: Reader, who: Principal, record: Record, run: int | None, after: int) -> str:
    """Return the whole page."""
    say, measure = reader.say, record.measure
    told = None if record.document is None else Sentences(record.document, reader.language)
    name = " ".join(say(measure.name).split()) or measure.code
    path = (
        *("rounds", record.round.code, "applicants", record.applicant.code),
        *("submissions", measure.code),
    )
    query = {"run": run, "after": after or None}
    frame = Frame(
        f"{name} · {say(record.applicant.name)}",
        record.round,
        record.fresh,
        live=run is None,
        query=query,
        path=path,
    )
    unit = unit_in_words(measure.unit)
    said = list(rows(reader, who, record, told))
    body = h.fragment[
        _way_back(reader, record, run),
        h.h1[h.bdi[name]],
        h.p(".quiet")[measure.code, unit and f" · {say(Name(**unit))}"],
        told is not None
        and h.p(".resolved")[
            told.aside(told.resolved(measure.code), told.rule(told.measures[measure.code]["rule"]))
        ],
        table(reader, said) if said else h.p[say(WITHHELD if record.withheld else NOTHING)],
        (after or record.following)
        and h.nav(".pager", aria_label=say(TITLE))[
            after and h.a(href=reader.link(*path, run=run), rel="first")[say(FIRST)],
            record.following
            and h.a(href=reader.link(*path, run=run, after=record.following), rel="next")[
                say(NEXT)
            ],
        ],
    ]
    return markup(reader, frame, body)


def _way_back(reader: Reader, record: Record, run: int | None) -> h.Element:
    score, who = record.score, record.applicant
    kind = score.kind if score is not None and score.seen.places else None
    applicant = None if score is None else (who.code, reader.say(who.name) or who.code)
    return trail(reader, record.round.code, kind, applicant, reader.say(TITLE), run)
