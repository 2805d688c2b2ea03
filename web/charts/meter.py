"""A bar of how many of all, with the figures beside it."""

import htpy as h
from markupsafe import Markup

WIDTH = 100
HEIGHT = 10


def meter(count: int, whole: int) -> h.Renderable:
    """Return a bar of *count* of a *whole*, which may be 0, and both as figures."""
    width = WIDTH * count / whole if whole else 0.0
    kind = "full" if count == whole else "part"
    bar = Markup(
        '<svg class="meter" viewBox="0 0 {w} {h}" width="{w}" height="{h}" aria-hidden="true">'
        '<rect class="rest" width="{w}" height="{h}"/>'
        '<rect class="{kind}" width="{width:.1f}" height="{h}"/></svg>'
    ).format(w=WIDTH, h=HEIGHT, kind=kind, width=width)
    return h.fragment[bar, h.span(".of")[f"{count} / {whole}"]]
