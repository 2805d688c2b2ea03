"""An expert's pages: whom it has yet to mark, and its marks of one applicant."""

from collections.abc import Mapping, Sequence

import htpy as h

from shared.applicants.store import StoredApplicant
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Measure, Name
from shared.submissions.list_store import StoredSubmission
from web.reader import Reader
from web.work.lists import link, pager
from web.work.marking import ON_A_PAGE, Marking
from web.work.notice import Done, notice
from web.work.words import APPLICANT, BACK, CLOSED

TITLE = Name("评分", "Marking")
PROGRESS = Name(
    "已评 {given} 项，共 {pairs} 项，还剩 {left} 项。",
    "{given} of {pairs} marks given, {left} left.",
)
ALL_DONE = Name("全部评分已完成。", "All marks are given.")
NOTHING = Name("没有需要您评分的申报主体。", "There is nobody for you to mark.")
LEFT, GIVEN = Name("下一项", "Next to mark"), Name("已评", "Given")
COMPLETE = Name("已完成", "all given")
MEASURE, MARK, AS_OF = Name("数据项", "Measure"), Name("评分", "Mark"), Name("数据日期", "As of")
NOT_MARKED = Name("未评", "not marked")
GIVE, CORRECT = Name("打分", "Mark"), Name("更正", "Correct")
ACTION = Name("操作", "Action")


def overview(reader: Reader, round_: RoundFacts, found: Marking, number: int) -> h.Renderable:
    """Return the list of whom to mark, whoever lacks marks first."""
    say = reader.say
    if not found.pairs:
        return h.fragment[h.h1[say(TITLE)], h.p(".notice")[say(NOTHING)]]
    is_open = found.state == "open"
    given = found.pairs - found.left
    said = PROGRESS if found.left else ALL_DONE
    last = -(-found.among // ON_A_PAGE)
    return h.fragment[
        h.h1[say(TITLE)],
        h.p(".notice.warn")[say(CLOSED)]
        if not is_open
        else h.fragment[
            h.p(".progress-said", id="progress")[
                say(said).format(given=given, pairs=found.pairs, left=found.left)
            ],
            h.progress(max=found.pairs, value=given, aria_labelledby="progress"),
        ],
        h.table(".list.work")[
            h.thead[
                h.tr[
                    h.th(scope="col")[say(APPLICANT)],
                    is_open and h.th(".number", scope="col")[say(GIVEN)],
                    is_open and h.th(scope="col")[say(LEFT)],
                ]
            ],
            h.tbody[(_row(reader, round_, found, each, is_open=is_open) for each in found.missing)],
        ],
        pager(reader, ("rounds", round_.code, "work"), number, last),
    ]


def _row(
    reader: Reader, round_: RoundFacts, found: Marking, code: str, *, is_open: bool
) -> h.Element:
    missing, most = found.missing[code], len(found.measures)
    return h.tr[
        h.th(scope="row")[link(reader, round_, found.names[code])],
        is_open and h.td(".number")[f"{most - len(missing)} / {most}"],
        is_open
        and h.td[
            _to_mark(reader, round_, code, missing)
            if missing
            else h.span(".quiet")[reader.say(COMPLETE)]
        ],
    ]


def _to_mark(
    reader: Reader, round_: RoundFacts, code: str, missing: Sequence[Measure]
) -> h.Element:
    return h.a(href=_form(reader, round_, code, missing[0]))[reader.say(missing[0].name)]


def one(
    reader: Reader,
    round_: RoundFacts,
    applicant: StoredApplicant,
    measures: Sequence[Measure],
    marks: Mapping[str, StoredSubmission],
    done: Done,
) -> h.Renderable:
    """Return what the expert gave one applicant, and what it has not."""
    say = reader.say
    return h.fragment[
        h.p(".back")[h.a(href=reader.link("rounds", round_.code, "work"))[f"← {say(BACK)}"]],
        h.h1[h.bdi[say(applicant.name)], f" · {say(TITLE)}"],
        notice(reader, done),
        h.table(".list.work.stacks")[
            h.thead[
                h.tr[
                    h.th(scope="col")[say(MEASURE)],
                    h.th(".number", scope="col")[say(MARK)],
                    h.th(scope="col")[say(AS_OF)],
                    h.th(scope="col")[say(ACTION)],
                ]
            ],
            h.tbody[
                (_mark(reader, round_, applicant, each, marks.get(each.code)) for each in measures)
            ],
        ],
    ]


def _mark(
    reader: Reader,
    round_: RoundFacts,
    applicant: StoredApplicant,
    measure: Measure,
    mark: StoredSubmission | None,
) -> h.Element:
    say, there = reader.say, _form(reader, round_, applicant.code, measure)
    if mark is None:
        value: h.Node = h.span(".lacks")[say(NOT_MARKED)]
    else:
        value = reader.number(mark.reported.number)
    return h.tr[
        h.th(scope="row")[say(measure.name)],
        h.td(".number", data_label=say(MARK))[value],
        h.td(".day", data_label=say(AS_OF))[reader.day(mark.as_of if mark else None)],
        h.td[
            h.a(class_=["button", {"plain": mark is not None}], href=there)[
                say(CORRECT if mark else GIVE), h.span(".unseen")[f" {say(measure.name)}"]
            ]
        ],
    ]


def _form(reader: Reader, round_: RoundFacts, code: str, measure: Measure) -> str:
    return reader.link("rounds", round_.code, "work", "values", code, measure.code)
