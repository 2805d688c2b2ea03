"""Links from one page of a list to the next."""

from collections.abc import Callable
from typing import Annotated

import htpy as h
from fastapi import Query

from shared.scoring.framework import Name
from web.reader import Reader

PageNumber = Annotated[int, Query(ge=1, le=1_000, alias="page")]

PAGES = Name("翻页", "Pages")
PREVIOUS, NEXT = Name("上一页", "Previous"), Name("下一页", "Next")


def pager(reader: Reader, number: int, among: int, each: int, to: Callable[..., str]) -> h.Node:
    """Return links around page *number* of *among* items, so many on *each*; None if it is all."""
    last = -(-among // each)
    if last <= 1:
        return None
    say = reader.say
    return h.nav(".pager", aria_label=say(PAGES))[
        number > 1 and h.a(href=to(page=number - 1), rel="prev")[say(PREVIOUS)],
        h.span[f"{number} / {last}"],
        number < last and h.a(href=to(page=number + 1), rel="next")[say(NEXT)],
    ]
