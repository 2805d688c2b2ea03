"""Which colour is which dimension."""

from collections.abc import Iterable

import htpy as h


def legend(names: Iterable[str]) -> h.Element:
    """Return the colours in their fixed order with what each stands for."""
    return h.ul(".legend")[
        (
            h.li[h.span(f".swatch.c{at % 6 + 1}", aria_hidden="true"), each]
            for at, each in enumerate(names)
        )
    ]
