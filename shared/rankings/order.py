"""The order of a ranking's items, and which of them there are: worked out in memory."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from shared.rankings.ranking import Ranking
from shared.scoring.arrays import IntArray

Sort = Literal["rank", "-rank", "name", "-name", "code", "-code", "coverage", "-coverage"]


def by_name(sort: Sort) -> bool:
    """Say whether `arranged` must be told who there is in order of name."""
    return sort in {"name", "-name"}


def arranged(whole: Ranking, kind: str | None, sort: Sort, found: Sequence[str] | None) -> IntArray:
    """Return positions of one kind or of all, in the order of *sort*; `-` turns it round.

    *found* are the codes to choose from, among which may be others, in order of name if that is
    asked for; None is everybody, in order of code. Who has no rank is behind who has one either
    way. Equal coverage stands in order of rank.
    """
    order = whole.places(kind)
    nth = _places_in(whole.applicants if found is None else found, whole)
    order = order[nth[order] >= 0]
    backwards = sort.startswith("-")
    match sort.removeprefix("-"):
        case "rank":
            unranked = whole.blocked[order]
            ranked = order[~unranked]
            return np.concatenate([ranked[::-1], order[unranked]]) if backwards else order
        case "coverage":
            coverage = whole.coverage[order]
            return order[np.argsort(-coverage if backwards else coverage, kind="stable")]
        case "name":
            order = order[np.argsort(nth[order])]
        case _:
            order = np.sort(order)
    return order[::-1] if backwards else order


def _places_in(found: Sequence[str], whole: Ranking) -> IntArray:
    """Return each position's place in *found*, -1 where it has none."""
    places = np.full(len(whole.applicants), -1)
    for place, code in enumerate(found):
        if (at := whole.positions.get(code)) is not None:
            places[at] = place
    return places
