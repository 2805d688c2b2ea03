"""What is reported beside what counts, and by how much it differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import htpy as h

from shared.discrepancies.store import Discrepancy, StatedValue
from shared.explanations.words import KINDS
from shared.scoring.framework import Framework, Measure, Name
from shared.submissions.values import Value
from web.charts.balance import balance
from web.parts.cohorts import KINDS as COHORTS
from web.parts.pager import NEXT, PAGES
from web.reader import Reader

TITLE = Name("填报差异", "Where reporters differ")
LEAD = Name(
    "同一数据项由多类来源填报：左为计分采用的值，右为另一来源的值。差异最大的在前。",
    "One measure, reported by several kinds of reporters: what counts, and beside it what another"
    " says. The furthest apart come first.",
)
NONE = Name("没有超出容差的差异。", "No difference is beyond its tolerance.")
NONE_AT_ALL = Name("没有由多类来源填报的数值。", "Nothing is reported by several kinds.")
BEYOND, ALL = Name("超出容差", "Beyond tolerance"), Name("全部", "All")
CHOOSE = Name("范围", "Which")
NAME, MEASURE = Name("申报单位", "Applicant"), Name("数据项", "Measure")
COUNTED, OTHER = Name("采用值", "Value that counts"), Name("另报值", "Reported beside it")
DIFFERENCE, RELATIVE = Name("相差", "Difference"), Name("相对差异", "Relative")
TOLERANCE, IS_BEYOND = Name("容差", "Tolerance"), Name("超出", "beyond")
YES, NO, NO_CODES = Name("是", "yes"), Name("否", "no"), Name("无", "none")
AS_OF = Name("{kind}，{day}", "{kind}, {day}")
DIFFERENT = Name("不同", "differs")
COMMA = Name("、", ", ")


@dataclass(frozen=True, slots=True)
class Found:
    """One page of discrepancies, how applicants are called, and where the next page begins.

    Of a *run* if one was named, and of a *cohort*; None: as things stand, of all.
    """

    framework: Framework
    items: Sequence[Discrepancy]
    names: Mapping[str, Name]
    following: str | None
    only_beyond: bool
    run: int | None
    cohort: str | None

    @property
    def asked(self) -> dict[str, str | int | None]:
        """What links to the same list keep of the query."""
        beyond = None if self.only_beyond else "false"
        return {"run": self.run, "cohort": self.cohort, "beyond": beyond}


def section(reader: Reader, code: str, found: Found) -> h.Renderable:
    """Return the part of the page that shows what differs in the round *code*."""
    say = reader.say
    path = ("rounds", code, "diagnostics")
    choices = ((BEYOND, None, found.only_beyond), (ALL, "false", not found.only_beyond))
    return h.fragment[
        h.h2[say(TITLE), found.cohort and f" · {say(COHORTS[found.cohort])}"],
        h.div(".tools")[
            h.nav(".views", aria_label=say(CHOOSE))[
                (
                    h.a(
                        href=reader.link(*path, **found.asked | {"beyond": value}),
                        aria_current="true" if here else None,
                    )[say(name)]
                    for name, value, here in choices
                )
            ]
        ],
        h.p(".lead")[say(LEAD)],
        _table(reader, code, found)
        if found.items
        else h.p(".notice")[say(NONE if found.only_beyond else NONE_AT_ALL)],
        found.following
        and h.nav(".pager", aria_label=say(PAGES))[
            h.a(href=reader.link(*path, **found.asked, cursor=found.following), rel="next")[
                say(NEXT)
            ]
        ],
    ]


def _table(reader: Reader, code: str, found: Found) -> h.Element:
    say = reader.say
    heads = (
        (NAME, ""),
        (MEASURE, ""),
        (COUNTED, "number"),
        (OTHER, "number"),
        (DIFFERENCE, "number"),
        (RELATIVE, "relative"),
        (TOLERANCE, "number"),
    )
    return h.div(".region", tabindex="0", role="region", aria_label=say(TITLE))[
        h.table(".list.differences")[
            h.thead[
                h.tr[(h.th(scope="col", class_=kind or None)[say(name)] for name, kind in heads)]
            ],
            h.tbody[(_row(reader, code, found, each) for each in found.items)],
        ]
    ]


def _row(reader: Reader, code: str, found: Found, item: Discrepancy) -> h.Element:
    measure = found.framework.measures[item.measure]
    name = found.names.get(item.applicant)
    link = reader.link("rounds", code, "applicants", item.applicant, run=found.run)
    return h.tr[
        h.th(scope="row")[h.a(href=link)[h.bdi[reader.say(name) if name else item.applicant]]],
        h.td[reader.say(measure.name), h.span(".quiet.code")[measure.unit]],
        _statement(reader, measure, item.counted),
        _statement(reader, measure, item.other),
        h.td(".number")[_difference(reader, item)],
        h.td(".relative")[_relative(item)],
        h.td(".number")[_tolerance(reader, measure, item)],
    ]


def _statement(reader: Reader, measure: Measure, said: StatedValue) -> h.Element:
    who = reader.say(KINDS[said.kind])
    return h.td(".number")[
        _value(reader, said.reported.value(measure)),
        h.span(".quiet.code")[reader.say(AS_OF).format(kind=who, day=reader.day(said.as_of))],
    ]


def _value(reader: Reader, value: Value) -> str:
    match value:
        case bool():
            return reader.say(YES if value else NO)
        case list():
            return reader.say(COMMA).join(value) or reader.say(NO_CODES)
        case str():
            return value
        case _:
            return reader.number(value)


def _difference(reader: Reader, item: Discrepancy) -> str:
    if item.difference is None:
        return reader.say(DIFFERENT) if item.counted.reported != item.other.reported else "0"
    sign = "+" if item.difference > 0 else "−" if item.difference < 0 else ""
    return sign + reader.number(abs(item.difference))


def _relative(item: Discrepancy) -> h.Node:
    if item.relative is None:
        return "–"
    signed = item.relative if (item.difference or 0) > 0 else -item.relative
    return h.fragment[balance(signed), h.span(".of")[f"{item.relative:.1%}"]]


def _tolerance(reader: Reader, measure: Measure, item: Discrepancy) -> h.Node:
    if measure.tolerance is None:
        return "–"
    return h.fragment[
        f"{measure.tolerance:.0%}",
        item.beyond and h.span(".warn.small.code")[f"! {reader.say(IS_BEYOND)}"],
    ]
