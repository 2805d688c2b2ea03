"""One applicant's checklist: what is missing and what it costs, then what is there."""

from collections.abc import Callable, Sequence

import htpy as h

from shared.applicants.store import StoredApplicant
from shared.checklists.checklist import Checklist, Item
from shared.core.principal import Role
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework, Name, ReporterKind
from shared.scoring.points import in_points
from web.reader import Reader
from web.work.notice import Done, notice
from web.work.table import table
from web.work.words import BACK

TITLE = Name("数据清单", "Checklist")
SUMMARY = Name(
    "已有 {reported} 项，共 {measures} 项；缺项涉及 {lost} 分（满分 {full}）。",
    "{reported} of {measures} are there; what is missing bears on {lost} of {full} points.",
)
COMPLETE = Name("{measures} 项均已齐备。", "All {measures} are there.")
MISSING, THERE = Name("缺少", "Missing"), Name("已有", "There")
MEASURE, VALUE, AS_OF = Name("数据项", "Measure"), Name("值", "Value"), Name("数据日期", "As of")
AT_STAKE = Name("涉及分值", "Points at stake")
BY, ACTION = Name("由谁填报", "Reported by"), Name("操作", "Action")
PROBLEMS = Name("提示", "To note")
REPORT, CORRECT = Name("填报", "Report"), Name("更正", "Correct")
YES, NO, NONE = Name("是", "Yes"), Name("否", "No"), Name("无", "none")
BLOCKED = Name("缺项使其不能参与排名：{by}", "What is missing keeps it out of the ranking: {by}")
KINDS = {
    ReporterKind.SOURCE: Name("统计来源", "statistics system"),
    ReporterKind.APPLICANT: Name("申报主体", "applicant"),
    ReporterKind.EXPERT: Name("专家", "experts"),
}
NOTED = {
    "discrepancy": Name("各方填报差异过大", "reporters differ"),
    "few_marks": Name("评分人数不足", "too few marks"),
    "spread": Name("评分分歧过大", "marks lie far apart"),
    "held": Name("有待确认的值", "a value awaits confirmation"),
}


def body(
    reader: Reader,
    round_: RoundFacts,
    framework: Framework,
    applicant: StoredApplicant,
    found: Checklist,
    done: Done,
) -> h.Renderable:
    """Return the page; who may report a measure has a link to its form."""
    say = reader.say
    missing = [each for each in found.items if not each.reported]
    missing.sort(key=lambda each: -each.lost)

    def to(item: Item) -> str | None:
        path = ("rounds", round_.code, "work", "values", applicant.code, item.measure.code)
        return reader.link(*path) if _may_report(reader, item) else None

    return h.fragment[
        h.p(".back")[h.a(href=reader.link("rounds", round_.code, "work"))[f"← {say(BACK)}"]]
        if _sees_others(reader)
        else None,
        h.h1[h.bdi[say(applicant.name)], f" · {say(TITLE)}"],
        notice(reader, done),
        h.p[_summary(reader, framework, found)],
        len(found.blocked_by) > 0
        and h.p(".warn")[say(BLOCKED).format(by=", ".join(found.blocked_by))],
        len(missing) > 0
        and h.section[
            h.h2(id="missing")[f"{say(MISSING)} ({len(missing)})"],
            _missing(reader, framework, missing, to),
        ],
        len(missing) < len(found.items)
        and h.section[
            h.h2(id="there")[f"{say(THERE)} ({len(found.items) - len(missing)})"],
            _there(reader, [each for each in found.items if each.reported], to),
        ],
    ]


def _sees_others(reader: Reader) -> bool:
    limit = None if reader.principal is None else reader.principal.applicants
    return limit is None or len(limit) > 1


def _may_report(reader: Reader, item: Item) -> bool:
    who = reader.principal
    return (
        who is not None
        and who.role == Role.PORTAL
        and ReporterKind.APPLICANT in item.measure.reported_by
        and (who.measures is None or item.measure.code in who.measures)
    )


def _summary(reader: Reader, framework: Framework, found: Checklist) -> str:
    reported = sum(each.reported for each in found.items)
    name = COMPLETE if reported == len(found.items) else SUMMARY
    return reader.say(name).format(
        reported=reported,
        measures=len(found.items),
        lost=reader.number(in_points(framework, found.lost)),
        full=reader.number(in_points(framework, framework.full)),
    )


def _missing(
    reader: Reader, framework: Framework, items: Sequence[Item], to: Callable[[Item], str | None]
) -> h.Element:
    heads = ((MEASURE, ""), (AT_STAKE, "number"), (BY, ""), (PROBLEMS, ""), (ACTION, ""))
    say = reader.say
    return table(
        reader,
        "missing",
        heads,
        (
            h.tr[
                h.th(scope="row")[say(each.measure.name)],
                h.td(".number", data_label=say(AT_STAKE))[
                    reader.number(in_points(framework, each.lost))
                ],
                h.td(data_label=say(BY))[_by(reader, each)],
                h.td[_noted(reader, each)],
                h.td[_link(reader, each, to(each), REPORT)],
            ]
            for each in items
        ),
    )


def _there(reader: Reader, items: Sequence[Item], to: Callable[[Item], str | None]) -> h.Element:
    heads = ((MEASURE, ""), (VALUE, "number"), (AS_OF, ""), (PROBLEMS, ""), (ACTION, ""))
    return table(
        reader,
        "there",
        heads,
        (
            h.tr[
                h.th(scope="row")[reader.say(each.measure.name)],
                h.td(".number", data_label=reader.say(VALUE))[_value(reader, each)],
                h.td(".day", data_label=reader.say(AS_OF))[reader.day(each.as_of)],
                h.td[_noted(reader, each)],
                h.td[_link(reader, each, to(each), CORRECT)],
            ]
            for each in items
        ),
    )


def _by(reader: Reader, item: Item) -> str:
    return reader.say(Name("、", ", ")).join(
        reader.say(KINDS[kind]) for kind in item.measure.reported_by
    )


def _noted(reader: Reader, item: Item) -> h.Node:
    said = [reader.say(NOTED[each]) for each in item.problems]
    return said and h.span(".warn")[reader.say(Name("；", "; ")).join(said)]


def _link(reader: Reader, item: Item, there: str | None, name: Name) -> h.Node:
    return (
        there
        and h.a(class_=["button", {"plain": name is CORRECT}], href=there)[
            reader.say(name), h.span(".unseen")[f" {reader.say(item.measure.name)}"]
        ]
    )


def _value(reader: Reader, item: Item) -> str:
    value = item.value
    if isinstance(value, bool):
        return reader.say(YES if value else NO)
    if isinstance(value, list):
        return " ".join(value) or reader.say(NONE)
    if isinstance(value, float | int):
        return f"{reader.number(value)} {reader.unit(item.measure.unit)}".rstrip()
    return value or "–"
