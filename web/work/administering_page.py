"""An administrator's page: what awaits a decision, each with a link to where it is taken."""

import htpy as h

from shared.adjudications.service import Case
from shared.scoring.framework import Name
from shared.submissions.list_store import StoredSubmission
from web.reader import Reader
from web.work.administering import MOST, SETTLED_SHOWN, Administering
from web.work.cohort import Asked
from web.work.table import table
from web.work.words import APPLICANT

TITLE = Name("管理", "Administration")
DONE = {
    "state": Name("批次状态已更改。", "The round's state was changed."),
    "entries": Name("参评名单已更改。", "Who takes part was changed."),
    "held": Name("该值已确认。", "The value was confirmed."),
    "panels": Name("裁定已登记。", "The adjudication was recorded."),
}
STATES = {
    "draft": Name("筹备中", "in preparation"),
    "open": Name("填报中", "open"),
    "closed": Name("已截止", "closed"),
}
STATE, CHANGE = Name("状态", "State"), Name("更改", "Change")
CLOSES = Name("公布的截止时间", "Closes, as announced")
REFERENCE = Name("数据基准日", "Figures as of")
ENTRIES = Name("参评单位", "Take part")
HELD = Name("待确认的值", "Values that await confirmation")
PANELS = Name("待裁定的评分", "Marks that await adjudication")
SETTLED = Name("已裁定", "Settled")
FIRST = Name("前 {n} 项", "the first {n}")
NOTHING = Name("目前没有。", "Nothing for now.")
MEASURE, VALUE, AS_OF = Name("数据项", "Measure"), Name("值", "Value"), Name("数据日期", "As of")
WHY, ACTION = Name("原因", "Why"), Name("操作", "Action")
MARKS, SPREAD = Name("各专家评分", "Marks"), Name("最大差距", "Spread")
ADJUDICATED = Name("裁定值", "Adjudicated")
DECIDE, SETTLE, REVIEW = Name("处理", "Decide"), Name("裁定", "Settle"), Name("查看", "Review")

TOLD = {
    "below-plausible": Name("低于合理范围", "smaller than is plausible"),
    "above-plausible": Name("高于合理范围", "larger than is plausible"),
    "implausible-change": Name("与此前的值相差过大", "too far from the one before"),
}


def overview(reader: Reader, found: Administering, asked: Asked) -> h.Renderable:
    """Return the page."""
    done = DONE.get(asked.done or "")
    return h.fragment[
        h.h1[reader.say(TITLE)],
        done is not None and h.div(".done", role="status")[h.p[reader.say(done)]],
        _round(reader, found),
        h.h2(id="held")[_counted(reader, HELD, len(found.held), MOST)],
        _held(reader, found),
        h.h2(id="panels")[_counted(reader, PANELS, len(found.open), MOST)],
        _cases(reader, found, settled=False),
        len(found.settled) > 0
        and h.fragment[
            h.h2(id="settled")[_counted(reader, SETTLED, len(found.settled), SETTLED_SHOWN)],
            _cases(reader, found, settled=True),
        ],
    ]


def _counted(reader: Reader, name: Name, found: int, shown: int) -> str:
    """Return a list's name with its length, or with how many of more are shown."""
    length = reader.say(FIRST).format(n=shown) if found > shown else str(found)
    return f"{reader.say(name)} ({length})"


def _round(reader: Reader, found: Administering) -> h.Element:
    say, round_ = reader.say, found.round
    state = h.span(f".state.{round_.state}")[say(STATES[round_.state])]
    facts: tuple[tuple[Name, h.Node, str | None], ...] = (
        (STATE, state, "state"),
        (ENTRIES, reader.number(found.entered), "entries"),
        (REFERENCE, reader.day(round_.reference_date), None),
        (CLOSES, reader.moment(round_.closes_at), None),
    )
    return h.dl(".facts")[
        (
            h.div[
                h.dt[say(name)],
                h.dd[
                    value,
                    where
                    and h.a(href=_to(reader, found, where))[
                        say(CHANGE), h.span(".unseen")[f" {say(name)}"]
                    ],
                ],
            ]
            for name, value, where in facts
        )
    ]


def _held(reader: Reader, found: Administering) -> h.Node:
    heads = (
        (APPLICANT, ""),
        (MEASURE, ""),
        (VALUE, "number"),
        (AS_OF, ""),
        (WHY, ""),
        (ACTION, ""),
    )
    rows = [_value(reader, found, each) for each in found.held[:MOST]]
    return _table(reader, "held", heads, rows)


def _value(reader: Reader, found: Administering, each: StoredSubmission) -> h.Element:
    say, measure = reader.say, found.framework.measures[each.measure]
    why = each.set_aside or ""
    return h.tr[
        h.th(scope="row")[h.bdi[say(found.names[each.applicant].name)]],
        h.td[say(measure.name)],
        h.td(".number", data_label=say(VALUE))[
            f"{reader.number(each.reported.number)} {reader.unit(measure.unit)}"
        ],
        h.td(".day", data_label=say(AS_OF))[reader.day(each.as_of)],
        h.td[say(TOLD[why]) if why in TOLD else why],
        h.td[_button(reader, found, ("held", str(each.id)), DECIDE, say(measure.name))],
    ]


def _cases(reader: Reader, found: Administering, *, settled: bool) -> h.Node:
    last = (ADJUDICATED, "number") if settled else (SPREAD, "number")
    heads = ((APPLICANT, ""), (MEASURE, ""), (MARKS, "number"), last, (ACTION, ""))
    cases = found.settled[:SETTLED_SHOWN] if settled else found.open[:MOST]
    rows = [_case(reader, found, each, settled=settled) for each in cases]
    return _table(reader, "settled" if settled else "panels", heads, rows)


def _case(reader: Reader, found: Administering, case: Case, *, settled: bool) -> h.Element:
    say, said = reader.say, case.said
    name = say(found.framework.measures[said.measure].name)
    last = ADJUDICATED if settled else SPREAD
    where = ("panels", said.applicant, said.measure)
    return h.tr[
        h.th(scope="row")[h.bdi[say(found.names[said.applicant].name)]],
        h.td[name],
        h.td(".number", data_label=say(MARKS))[
            " · ".join(reader.number(each) for each in said.marks)
        ],
        h.td(".number", data_label=say(last))[
            reader.number(said.adjudicated if settled else case.spread)
        ],
        h.td[_button(reader, found, where, REVIEW if settled else SETTLE, name)],
    ]


def _button(
    reader: Reader, found: Administering, where: tuple[str, ...], name: Name, what: str
) -> h.Element:
    return h.a(class_=["button", {"plain": name is REVIEW}], href=_to(reader, found, *where))[
        reader.say(name), h.span(".unseen")[f" {what}"]
    ]


def _to(reader: Reader, found: Administering, *where: str) -> str:
    return reader.link("rounds", found.round.code, "work", *where)


def _table(
    reader: Reader, labelled: str, heads: tuple[tuple[Name, str], ...], rows: list[h.Element]
) -> h.Node:
    if not rows:
        return h.p(".quiet")[reader.say(NOTHING)]
    return table(reader, labelled, heads, rows)
