"""The two cohorts of a round, as pages name them and lead from one to the other."""

from collections.abc import Callable

import htpy as h

from shared.scoring.framework import Name
from web.reader import Reader

KINDS = {"county": Name("县（市、区）", "Counties"), "park": Name("产业园区", "Parks")}
CHOOSE = Name("申报单位类型", "Kind of applicant")


def tabs(reader: Reader, kind: str, to: Callable[..., str]) -> h.Element:
    """Return links to each cohort, of which *kind* is shown; *to* gives their addresses."""
    return h.nav(".tabs", aria_label=reader.say(CHOOSE))[
        (
            h.a(href=to(cohort=each), aria_current="true" if each == kind else None)[
                reader.say(name)
            ]
            for each, name in KINDS.items()
        )
    ]
