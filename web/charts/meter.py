"""A bar of how much of all, with the figures beside it."""

import htpy as h
from markupsafe import Markup

WIDTH = 100
HEIGHT = 10


def meter(count: int, whole: int) -> h.Renderable:
    """Return a bar of *count* of a *whole*, which may be 0, and both as figures."""
    return _bar(count / whole if whole else 0.0, f"{count} / {whole}", full=count == whole)


def share(of_all: float) -> h.Renderable:
    """Return a bar of a share in [0, 1], and the share in per cent."""
    return _bar(of_all, f"{of_all:.0%}", full=of_all == 1)


def _bar(part: float, figures: str, *, full: bool) -> h.Renderable:
    bar = Markup(
        '<svg class="meter" viewBox="0 0 {w} {h}" width="{w}" height="{h}" aria-hidden="true">'
        '<rect class="rest" width="{w}" height="{h}"/>'
        '<rect class="{kind}" width="{part:.1f}" height="{h}"/></svg>'
    ).format(w=WIDTH, h=HEIGHT, kind="full" if full else "part", part=WIDTH * part)
    return h.fragment[bar, h.span(".of")[figures]]
