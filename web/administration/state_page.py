"""The form that opens or closes a round."""

from collections.abc import Sequence

import htpy as h

from shared.core.errors import Finding
from shared.rounds.model import TRANSITIONS
from shared.rounds.store import StoredRound
from shared.scoring.framework import Name
from web.administration.parts import back, to
from web.fields import Label, form, line, refusal
from web.reader import Reader
from web.told import Filled, words

TITLE = Name("批次状态", "The round's state")
NOW = Name("目前：{state}。", "Now: {state}.")
STATES = {
    "draft": Name("筹备中", "in preparation"),
    "open": Name("填报中", "open"),
    "closed": Name("已截止", "closed"),
}
BUTTONS = {
    "open": Name("开放填报", "Open the round"),
    "closed": Name("截止填报", "Close the round"),
}
EFFECTS = {
    "open": Name(
        "开放后接收填报和评分。", "Once open, the round takes what is reported and marked."
    ),
    "closed": Name(
        "截止后不再接收填报、评分和裁定，参评名单不再更改。",
        "Once closed, nothing more is reported, marked or settled, and the cohort stays as it is.",
    ),
}
REASON = Name("理由", "Reason")
OPTIONAL = Name("可不填；记入审计。", "Optional; kept in the audit trail.")
NEEDED = Name(
    "重新开放须说明理由，记入审计。", "To open a closed round again takes a reason, which is kept."
)
LOOK = Name("开放前请留意", "What deserves a look before it opens")
FIELDS = ("reason",)


def body(
    reader: Reader, round_: StoredRound, warnings: Sequence[Finding], filled: Filled | None = None
) -> h.Renderable:
    """Return the form that brings the round into the state that follows its own."""
    say, shown = reader.say, filled or Filled()
    (following,) = TRANSITIONS[round_.state]
    hint = NEEDED if round_.state == "closed" else OPTIONAL
    return h.fragment[
        back(reader, round_.code),
        h.h1[say(TITLE)],
        refusal(reader, shown),
        h.p[say(NOW).format(state=say(STATES[round_.state])), " ", say(EFFECTS[following])],
        len(warnings) > 0
        and h.section(".warnings")[
            h.h2[say(LOOK)],
            h.ul[(h.li[words(reader, each), " ", h.code[each.code]] for each in warnings)],
        ],
        form(
            reader,
            to(reader, round_.code, "state"),
            h.input(type="hidden", name="to", value=following),
            line(shown, Label("reason", say(REASON), say(hint)), maxlength="2000"),
            said=say(BUTTONS[following]),
        ),
    ]
