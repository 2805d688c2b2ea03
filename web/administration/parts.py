"""What the pages of an administrator share."""

import htpy as h

from shared.scoring.framework import Name
from web.reader import Reader

BACK = Name("返回待办", "Back to the work")


def to(reader: Reader, round_: str, *where: str, **query: str | int | None) -> str:
    """Return the address of a page of the round's work."""
    return reader.link("rounds", round_, "work", *where, **query)


def back(reader: Reader, round_: str) -> h.Element:
    """Return the link to what else is to do."""
    return h.p(".back")[h.a(href=to(reader, round_))[f"← {reader.say(BACK)}"]]


def facts(reader: Reader, *pairs: tuple[Name, h.Node]) -> h.Element:
    """Return what is known, each with its name."""
    return h.dl(".facts")[(h.div[h.dt[reader.say(name)], h.dd[value]] for name, value in pairs)]
