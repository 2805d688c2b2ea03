"""Tables of what is left to do, each of which scrolls within itself on a narrow screen."""

from collections.abc import Sequence

import htpy as h

from shared.scoring.framework import Name
from web.reader import Reader


def table(
    reader: Reader, labelled: str, heads: Sequence[tuple[Name, str]], rows: h.Node
) -> h.Element:
    """Return *rows* under *heads*, each a name and a class; the heading *labelled* names it."""
    return h.div(".scrolls", role="region", aria_labelledby=labelled, tabindex="0")[
        h.table(".list.work.stacks")[
            h.thead[
                h.tr[
                    (
                        h.th(class_=kind or None, scope="col")[reader.say(name)]
                        for name, kind in heads
                    )
                ]
            ],
            h.tbody[rows],
        ]
    ]
