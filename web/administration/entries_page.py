"""Who takes part: found by name, accepted, or withdrawn."""

import htpy as h

from shared.applicants.store import StoredApplicant
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Name
from web.administration.entries import Entered
from web.administration.parts import back, to
from web.fields import form, refusal
from web.reader import Reader
from web.told import Filled
from web.work.lists import search
from web.work.words import APPLICANT, CODE, NEXT, NOBODY

TITLE = Name("参评单位", "Who takes part")
STATES = {
    "accepted": Name("参评", "takes part"),
    "withdrawn": Name("已退出", "withdrawn"),
    "none": Name("未参评", "not entered"),
}
STATE, ACTION = Name("状态", "State"), Name("操作", "Action")
ACCEPT, WITHDRAW = Name("列入", "Enter"), Name("退出", "Withdraw")
HOW = Name(
    "查找已登记的申报主体，将其列入；之前为其填报的值随之计入。",
    "Find an applicant that is registered to enter it: what was reported of it then counts.",
)


def body(
    reader: Reader,
    round_: RoundFacts,
    found: Entered,
    q: str | None,
    filled: Filled | None = None,
) -> h.Renderable:
    """Return the list, each row with the button that changes it."""
    say, code = reader.say, round_.code
    rows: list[h.Element] = [
        _row(reader, code, found.names[each.applicant], each.state, q) for each in found.shown
    ]
    rows += [_row(reader, code, each, "none", q) for each in found.others]
    return h.fragment[
        back(reader, code),
        h.h1[say(TITLE)],
        refusal(reader, filled or Filled()),
        h.div(".tools")[h.p(".quiet")[say(HOW)], search(reader, to(reader, code, "entries"), q)],
        h.p(".notice")[say(NOBODY)] if not rows else _table(reader, rows),
        found.next
        and h.nav(".pager", aria_label=say(NEXT))[
            h.a(href=to(reader, code, "entries", after=found.next), rel="next")[say(NEXT)]
        ],
    ]


def _table(reader: Reader, rows: list[h.Element]) -> h.Element:
    heads = (APPLICANT, CODE, STATE, ACTION)
    return h.table(".list.work.stacks")[
        h.thead[h.tr[(h.th(scope="col")[reader.say(each)] for each in heads)]], h.tbody[rows]
    ]


def _row(
    reader: Reader, round_: str, applicant: StoredApplicant, state: str, q: str | None
) -> h.Element:
    say = reader.say
    wanted, name = ("withdrawn", WITHDRAW) if state == "accepted" else ("accepted", ACCEPT)
    sent = {"applicant": applicant.code, "state": wanted, "q": q or ""}
    return h.tr[
        h.th(scope="row")[h.bdi[say(applicant.name)]],
        h.td(".quiet")[applicant.code],
        h.td[h.span(f".state.{'open' if state == 'accepted' else 'closed'}")[say(STATES[state])]],
        h.td[
            form(
                reader,
                to(reader, round_, "entries"),
                (h.input(type="hidden", name=each, value=value) for each, value in sent.items()),
                said=say(name),
                what=say(applicant.name),
            )
        ],
    ]
