"""Submissions as rows: who said what, of which date, when, and what became of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import htpy as h

from shared.scoring.framework import Name
from web.reader import Reader

NUMBER, REPORTER = Name("编号", "No."), Name("填报方", "Reporter")
AS_OF, VALUE = Name("数据日期", "As of"), Name("数值", "Value")
RECORDED, RESULT = Name("登记时间", "Recorded"), Name("结果", "What became of it")
NOTES = Name("依据与说明", "Reference and notes")
RUN = Name("第 {run} 次计算采用", "taken in by run {run}")
SCROLLS = Name("填报记录", "Submissions")


@dataclass(frozen=True, slots=True)
class Said:
    """One submission: *counts* says that the value rests on it, *result* why or why not.

    *kind* and *value* are words already; *run* took it in, None: none did.
    """

    id: int
    kind: str
    reporter: str
    as_of: date
    value: str
    recorded_at: datetime
    run: int | None
    counts: bool
    result: str
    notes: Sequence[str]


def table(reader: Reader, said: Iterable[Said]) -> h.Element:
    """Return a table of what was *said*, which scrolls by itself where it is too wide."""
    say = reader.say
    heads = (NUMBER, VALUE, AS_OF, REPORTER, RECORDED, RESULT, NOTES)
    return h.div(".wide", role="region", tabindex="0", aria_label=say(SCROLLS))[
        h.table(".list.said")[
            h.thead[h.tr[(h.th(scope="col")[say(each)] for each in heads)]],
            h.tbody[(_row(reader, each) for each in said)],
        ]
    ]


def _row(reader: Reader, said: Said) -> h.Element:
    return h.tr(class_="counts" if said.counts else "passed", data_key=f"said-{said.id}")[
        h.th(scope="row")[f"#{said.id}"],
        h.td(".figure")[h.bdi[said.value]],
        h.td(".day")[reader.day(said.as_of)],
        h.td[h.bdi[said.reporter], h.span(".under")[said.kind]],
        h.td(".day")[reader.moment(said.recorded_at)],
        h.td(".result")[
            h.span(".mark", aria_hidden="true")["✓" if said.counts else "–"],
            " ",
            said.result,
            said.run is not None and h.span(".under")[reader.say(RUN).format(run=said.run)],
        ],
        h.td(".notes")[(h.p[h.bdi[each]] for each in said.notes)],
    ]
