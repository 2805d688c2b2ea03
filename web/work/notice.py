"""What was just done, said once above the list that it leads back to."""

from dataclasses import dataclass
from typing import Annotated

import htpy as h
from fastapi import Query

from shared.scoring.framework import Measure, Name
from shared.submissions.remarks import CODES
from web.reader import Reader
from web.told import remark

SAVED = Name("已登记：{measure}。", "Recorded: {measure}.")

Noted = Annotated[str | None, Query(pattern=r"^[a-z.-]{1,200}$")]
"""Codes of remarks, parted by points, or what was done."""


@dataclass(frozen=True, slots=True)
class Done:
    """Of which *measure* something was said, None: of none; *noted* are codes of remarks on it."""

    measure: Measure | None = None
    noted: str | None = None


NOTHING_DONE = Done()


def notice(reader: Reader, done: Done) -> h.Node:
    """Return what was done and what was noticed about it; an unknown code says nothing."""
    if done.measure is None:
        return None
    noted = [each for each in (done.noted or "").split(".") if each in CODES]
    return h.div(".done", role="status")[
        h.p[reader.say(SAVED).format(measure=reader.say(done.measure.name))],
        (h.p(".fault")[remark(reader, each, CODES), " ", h.code[each]] for each in noted),
    ]
