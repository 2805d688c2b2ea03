"""The way back: from a line or a record to its applicant, and from there to the ranking."""

import htpy as h

from shared.scoring.framework import Name
from web.layout import RANKING
from web.reader import Reader

WHERE = Name("所在位置", "You are here")


def trail(
    reader: Reader,
    round_: str,
    kind: str | None,
    applicant: tuple[str, str] | None,
    here: str,
    run: int | None,
) -> h.Element:
    """Return links to the ranking of a *kind* and to the *applicant*, by code and name.

    None of either: the reader may not see it. *here* is what the page itself is.
    """
    to_ranking = reader.link("rounds", round_, run=run, cohort=kind)
    return h.nav(".trail", aria_label=reader.say(WHERE))[
        h.ol[
            kind and h.li[h.a(href=to_ranking)[reader.say(RANKING)]],
            applicant
            and h.li[
                h.a(href=reader.link("rounds", round_, "applicants", applicant[0], run=run))[
                    h.bdi[applicant[1]]
                ]
            ],
            h.li(aria_current="page")[here],
        ]
    ]
