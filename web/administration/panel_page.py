"""The form that settles what a panel's marks leave open."""

import htpy as h

from shared.adjudications.service import Case
from shared.applicants.store import StoredApplicant
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Measure, Name
from web.administration.parts import back, facts, to
from web.fields import Label, form, line, refusal
from web.reader import Reader
from web.told import Filled

TITLE = Name("裁定评分", "Settle a mark")
EXPERT, MARK = Name("专家", "Expert"), Name("评分", "Mark")
REVISED = Name("见到他人评分后更改", "changed after sight of others'")
COMBINED, SPREAD = Name("评审组结果", "What the panel says"), Name("最大差距", "Spread")
TOLERANCE = Name("允许差距", "Tolerated")
SETTLED = Name("目前裁定", "Settled as")
BY = Name("{value}（{who}：{why}）", "{value} ({who}: {why})")
NO_MARKS = Name("评审组尚无评分。", "The panel has given no mark.")
VALUE, REASON = Name("裁定值", "Mark that counts"), Name("理由", "Reason")
HINT = Name("随裁定一并保存。", "Kept with the mark.")
EMPTY = Name("仍由评审组决定", "Leave it to the panel again")
SETTLE = Name("登记裁定", "Settle")
FIELDS = ("value", "reason")


def body(
    reader: Reader,
    round_: RoundFacts,
    about: tuple[StoredApplicant, Measure, Case | None],
    filled: Filled | None = None,
) -> h.Renderable:
    """Return the panel's marks, and the form; of a settled line also the one that lifts it."""
    applicant, measure, case = about
    say, there = reader.say, to(reader, round_.code, "panels", applicant.code, measure.code)
    settled = None if case is None else case.said.adjudicated
    shown = filled or Filled({} if settled is None else {"value": f"{settled:g}"})
    reason = Label("reason", say(REASON), say(HINT))
    value = Label("value", say(VALUE), _range(reader, measure))
    return h.fragment[
        back(reader, round_.code),
        h.h1[h.bdi[say(applicant.name)], f" · {say(measure.name)}"],
        refusal(reader, shown),
        _marks(reader, case) if case else h.p(".quiet")[say(NO_MARKS)],
        h.h2[say(TITLE)],
        form(
            reader,
            there,
            line(shown, value, inputmode="decimal", required=True),
            line(shown, reason, required=True, maxlength="500"),
            said=say(SETTLE),
        ),
        settled is not None
        and h.details[
            h.summary[say(EMPTY)],
            form(
                reader,
                there,
                h.input(type="hidden", name="lift", value="on"),
                line(Filled(), Label("reason", say(REASON)), required=True, maxlength="500"),
                said=say(EMPTY),
            ),
        ],
    ]


def _range(reader: Reader, measure: Measure) -> str:
    ends = (measure.range.min, measure.range.max)
    return " – ".join(reader.number(each) for each in ends)


def _marks(reader: Reader, case: Case) -> h.Renderable:
    say, said = reader.say, case.said
    rows = zip(said.names, said.marks, said.revised, strict=True)
    known: list[tuple[Name, h.Node]] = [
        (COMBINED, reader.number(case.combined)),
        (SPREAD, reader.number(case.spread)),
        (TOLERANCE, reader.number(case.panel.tolerance)),
    ]
    if said.adjudicated is not None:
        told = {"who": said.adjudicator or "–", "why": said.reason or "–"}
        known.append((SETTLED, say(BY).format(value=reader.number(said.adjudicated), **told)))
    return h.fragment[
        h.table(".list.narrow")[
            h.thead[h.tr[h.th(scope="col")[say(EXPERT)], h.th(".number", scope="col")[say(MARK)]]],
            h.tbody[
                (
                    h.tr[
                        h.th(scope="row")[
                            h.bdi[name], revised and h.span(".warn")[f" · {say(REVISED)}"]
                        ],
                        h.td(".number")[reader.number(mark)],
                    ]
                    for name, mark, revised in rows
                )
            ],
        ],
        facts(reader, *known),
    ]
