"""The form of one value, which asks for what the framework says that the measure is."""

from collections.abc import Iterator

import htpy as h

from shared.scoring.framework import Measure, MeasureType, Name
from web.fields import Label, boxes, choice, form, line, refusal
from web.layout import Frame
from web.reader import Reader
from web.reports.reading import Report
from web.reports.stated import CODE, NONE, SEEN, revisions_said, typed
from web.told import Filled
from web.work.notice import NOTHING_DONE, Done, notice

MARK, CORRECT_MARK = Name("打分", "Mark"), Name("更正评分", "Correct the mark")
REPORT, CORRECT = Name("填报", "Report"), Name("更正填报", "Correct what is reported")
VALUE, AS_OF = Name("值", "Value"), Name("数据日期", "As of")
MARK_VALUE = Name("评分", "Mark")
REFERENCE = Name("依据", "Reference")
REFERENCE_HINT = Name("来源文件或登记，可不填。", "The document or register it is from; optional.")
COMMENT, OPTIONAL = Name("说明", "Comment"), Name("可不填。", "Optional.")
AS_OF_HINT = Name(
    "该值所描述的日期；晚于基准日 {day} 的不计入。",
    "The date that the value describes; later than {day}, it does not count.",
)
FROM_TO = Name("{least} 至 {most}", "{least} to {most}")
FROM, TO = Name("不小于 {least}", "at least {least}"), Name("不大于 {most}", "at most {most}")
WHOLE = Name("整数", "a whole number")
YES, NO = Name("是", "Yes"), Name("否", "No")
NONE_OF = Name("以上都没有", "None of these")
STANDS = Name(
    "目前登记的是 {value}，数据日期 {day}，登记于 {moment}。",
    "What stands of yours is {value}, as of {day}, recorded {moment}.",
)
HELD = Name(
    "{value}（{day}）超出合理范围，待确认后才计入。若数字无误，请勾选确认后再次提交。",
    "{value} (as of {day}) is not plausible and does not count until it is confirmed."
    " If the number is right, send it again with the box ticked.",
)
CONFIRM = Name("确认", "Confirmation")
IS_RIGHT = Name("已核对，这个数字无误。", "I have checked: this number is right.")
SAVE = Name("保存", "Save")
TAKE_BACK = Name("撤回", "Take it back")
TAKEN_BACK = Name("撤回后这一项即为未填报。", "Once taken back, nothing is reported by you.")
CLOSED = Name("该批次现在不接收填报。", "The round does not accept submissions now.")
BACK = Name("返回清单", "Back to the list")
ROUND_STATE_OPEN = "open"

FIELDS = ("value", "as_of", "confirm", "reference", "comment")
"""In the order in which they stand, which is the order in which faults are come to."""


def frame(reader: Reader, report: Report) -> Frame:
    """Return what stands around the form."""
    path = ("rounds", report.round.code, "work", "values", report.applicant.code)
    title = f"{reader.say(report.measure.name)} · {reader.say(report.applicant.name)}"
    return Frame(
        title, report.round, section="work", path=(*path, report.measure.code), style="work.css"
    )


def body(
    reader: Reader, report: Report, filled: Filled | None = None, done: Done = NOTHING_DONE
) -> h.Renderable:
    """Return the page: with what stands; or *filled*, as it was sent and refused."""
    say, measure = reader.say, report.measure
    focus = None if done.measure is None else "value"
    shown = filled or Filled(_standing(report), focus=focus)
    return h.fragment[
        h.p(".back")[h.a(href=_list(reader, report))[f"← {say(BACK)}"]],
        h.h1[h.bdi[say(report.applicant.name)], f" · {say(measure.name)}"],
        notice(reader, done),
        refusal(reader, shown),
        report.own is not None and h.p(".quiet")[_said(reader, STANDS, report, held=False)],
        report.held is not None and h.p(".alert.mild")[_said(reader, HELD, report, held=True)],
        h.p(".notice.warn")[say(CLOSED)]
        if report.state != ROUND_STATE_OPEN
        else h.fragment[
            form(
                reader,
                address(reader, report),
                _seen(report),
                *_fields(reader, report, shown),
                said=say(SAVE),
            ),
            _taking_back(reader, report),
        ],
    ]


def address(reader: Reader, report: Report) -> str:
    """Return where the form is, and is sent to."""
    path = ("rounds", report.round.code, "work", "values", report.applicant.code)
    return reader.link(*path, report.measure.code)


def _list(reader: Reader, report: Report) -> str:
    code = report.round.code
    return reader.link("rounds", code, "work", "applicants", report.applicant.code)


def _standing(report: Report) -> dict[str, str]:
    """Return what the form begins with: what stands, or is held, to be corrected."""
    last = report.held or report.own
    if last is None:
        return {"as_of": report.round.reference_date.isoformat()}
    kept = {"reference": last.reference or "", "comment": last.comment or ""}
    value = typed(last.reported.value(report.measure))
    return value | kept | {"as_of": last.as_of.isoformat()}


def _said(reader: Reader, name: Name, report: Report, *, held: bool) -> str:
    last = report.held if held else report.own
    if last is None:
        return ""
    return reader.say(name).format(
        value=written(reader, report, last.reported.value(report.measure)),
        day=reader.day(last.as_of),
        moment=reader.moment(last.recorded_at),
    )


def written(reader: Reader, report: Report, value: object) -> str:
    """Write a reported *value* as the reader's language does."""
    if isinstance(value, bool):
        return reader.say(YES if value else NO)
    if isinstance(value, list):
        names = dict(_codes(reader, report, report.measure))
        named = [names.get(each) or each for each in map(str, value)]
        return reader.say(Name("、", ", ")).join(named) or reader.say(NONE_OF)
    if isinstance(value, float | int):
        return f"{reader.number(value)} {reader.unit(report.measure.unit)}".rstrip()
    return str(value)


def _fields(reader: Reader, report: Report, shown: Filled) -> Iterator[h.Node]:
    say = reader.say
    yield _value(reader, report, shown)
    day = say(AS_OF_HINT).format(day=reader.day(report.round.reference_date))
    yield line(shown, Label("as_of", say(AS_OF), day), type="date", required=True)
    if report.held is not None:
        yield boxes(shown, Label("confirm", say(CONFIRM)), [("confirm", say(IS_RIGHT))])
    if not report.marks:
        yield line(shown, Label("reference", say(REFERENCE), say(REFERENCE_HINT)))
    yield line(shown, Label("comment", say(COMMENT), say(OPTIONAL)))


def _seen(report: Report) -> h.VoidElement:
    return h.input(type="hidden", name=SEEN, value=revisions_said(report.revisions))


def _value(reader: Reader, report: Report, shown: Filled) -> h.Node:
    say, measure = reader.say, report.measure
    label = say(MARK_VALUE if report.marks else VALUE)
    if measure.type is MeasureType.FLAG:
        said = [("true", say(YES)), ("false", say(NO))]
        return boxes(shown, Label("value", label), said, "radio")
    if measure.type is MeasureType.CATEGORY:
        return choice(shown, Label("value", label), [(code, code) for code in measure.codes])
    if measure.type is MeasureType.CODES:
        named = [
            (f"{CODE}{code}", f"{code} {name}") for code, name in _codes(reader, report, measure)
        ]
        return boxes(shown, Label("value", label), [*named, (NONE, say(NONE_OF))])
    unit = f"{label} ({reader.unit(measure.unit)})" if measure.unit and not report.marks else label
    decimal = "numeric" if measure.type is MeasureType.COUNT else "decimal"
    return line(
        shown, Label("value", unit, _range(reader, measure)), inputmode=decimal, required=True
    )


def _codes(reader: Reader, report: Report, measure: Measure) -> list[tuple[str, str]]:
    """Return the codes of *measure* with their names, as the list has them that it takes."""
    for each in report.framework.code_lists.values():
        if tuple(code for code, _ in each) == measure.codes:
            return [(code, reader.say(name)) for code, name in each]
    return [(code, "") for code in measure.codes]


def _range(reader: Reader, measure: Measure) -> str | None:
    least, most = measure.range.min, measure.range.max
    name = FROM_TO if least is not None and most is not None else FROM if most is None else TO
    said = [] if measure.type is not MeasureType.COUNT else [reader.say(WHOLE)]
    if least is not None or most is not None:
        ends = {"least": reader.number(least), "most": reader.number(most)}
        said.append(reader.say(name).format(**ends))
    return reader.say(Name("，", ", ")).join(said) or None


def _taking_back(reader: Reader, report: Report) -> h.Node:
    if report.own is None:
        return None
    kept = {"status": "withdrawn", "as_of": report.own.as_of.isoformat()}
    return h.details[
        h.summary[reader.say(TAKE_BACK)],
        form(
            reader,
            address(reader, report),
            h.p[reader.say(TAKEN_BACK)],
            _seen(report),
            (h.input(type="hidden", name=name, value=value) for name, value in kept.items()),
            said=reader.say(TAKE_BACK),
        ),
    ]
