"""The form that lets a held value count."""

import htpy as h

from shared.applicants.store import StoredApplicant
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Measure, Name
from shared.submissions.list_store import StoredSubmission
from shared.submissions.remarks import CODES
from web.administration.once import hidden
from web.administration.parts import back, facts, to
from web.fields import Label, form, line, refusal
from web.reader import Reader
from web.told import Filled, remark

TITLE = Name("待确认的值", "A value that awaits confirmation")
APPLICANT, MEASURE = Name("申报主体", "Applicant"), Name("数据项", "Measure")
VALUE, AS_OF = Name("值", "Value"), Name("数据日期", "As of")
BY, WHEN, WHY = Name("填报者", "Reported by"), Name("登记于", "Recorded"), Name("原因", "Why")
COMMENT, REFERENCE = Name("说明", "Comment"), Name("依据", "Reference")
REASON = Name("理由", "Reason")
HINT = Name("为何该值可信；记入审计。", "Why the value can be trusted; kept in the audit trail.")
CONFIRM = Name("确认该值", "Confirm the value")
IF_NOT = Name(
    "若数字有误，请填报者重新填报；新的值会取代它。",
    "If it is wrong, its reporter reports it again; what is said then takes its place.",
)
FIELDS = ("reason",)


def body(
    reader: Reader,
    round_: RoundFacts,
    about: tuple[StoredApplicant, Measure, StoredSubmission],
    filled: Filled | None = None,
) -> h.Renderable:
    """Return what is known of the value, and the form."""
    applicant, measure, held = about
    say, shown = reader.say, filled or Filled()
    why = held.set_aside or ""
    return h.fragment[
        back(reader, round_.code),
        h.h1[say(TITLE)],
        refusal(reader, shown),
        facts(
            reader,
            (APPLICANT, h.bdi[say(applicant.name)]),
            (MEASURE, say(measure.name)),
            (VALUE, h.strong[f"{reader.number(held.reported.number)} {reader.unit(measure.unit)}"]),
            (AS_OF, reader.day(held.as_of)),
            (BY, h.bdi[held.reporter_name]),
            (WHEN, reader.moment(held.recorded_at)),
            (WHY, [remark(reader, why, CODES), " ", h.code[why]]),
            (REFERENCE, h.bdi[held.reference or "–"]),
            (COMMENT, h.bdi[held.comment or "–"]),
        ),
        h.p(".quiet")[say(IF_NOT)],
        form(
            reader,
            to(reader, round_.code, "held", str(held.id)),
            hidden(),
            line(shown, Label("reason", say(REASON), say(HINT)), required=True, maxlength="500"),
            said=say(CONFIRM),
        ),
    ]
