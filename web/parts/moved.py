"""How pages show that an applicant moved: a sign and a number, and words for who hears them."""

import htpy as h

from shared.scoring.framework import Name
from web.reader import Reader

UP, DOWN = Name("上升 {n} 位", "up {n}"), Name("下降 {n} 位", "down {n}")
SAME = Name("名次不变", "same place")
FAR = 3
"""So many places are a move that a chart points out."""


def far(places: int) -> str:
    """Return the class of who rose or fell by many *places*; empty for the others."""
    if abs(places) < FAR:
        return ""
    return "up" if places > 0 else "down"


def arrow(reader: Reader, places: int) -> h.Element:
    """Show so many *places* up, or down where they are below 0."""
    if places == 0:
        return h.span(".same", role="img", aria_label=reader.say(SAME))["·"]
    name, sign, kind = (UP, "▲", "up") if places > 0 else (DOWN, "▼", "down")
    said = reader.say(name).format(n=abs(places))
    return h.span(f".moved.{kind}", role="img", aria_label=said)[f"{sign}{abs(places)}"]
