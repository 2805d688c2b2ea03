"""Which colour is which dimension."""

from collections.abc import Iterable

import htpy as h


def colour(dimension: int) -> str:
    """Return the class of the colour of the dimension at a position: six, in a fixed order."""
    return f"c{dimension % 6 + 1}"


def legend(names: Iterable[str]) -> h.Element:
    """Return the colours in their fixed order with what each stands for."""
    return h.ul(".legend")[
        (
            h.li[h.span(f".swatch.{colour(at)}", aria_hidden="true"), each]
            for at, each in enumerate(names)
        )
    ]
