"""Bars of points by dimension: one behind the other, or each in a column of its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from web.charts.legend import colour

WIDTH = 1000
HEIGHT = 18
GAP = 2.0


@dataclass(frozen=True, slots=True)
class Part:
    """So many *points* of *full*, which the chart calls *name*."""

    name: str
    points: float
    full: float


def stacked(parts: Sequence[Part], full: float) -> Markup:
    """Return one bar of all *parts*, behind each other, of *full* points in all."""
    return _svg(_rects(parts, full, aligned=False), parts)


def aligned(parts: Sequence[Part], full: float) -> Markup:
    """Return each part in a column that is as wide as the most it can earn."""
    return _svg(_rects(parts, full, aligned=True), parts)


def _rects(parts: Sequence[Part], full: float, *, aligned: bool) -> Iterable[str]:
    scale = WIDTH / full if full else 0.0
    if not aligned:
        yield f'<rect class="rest" width="{WIDTH}" height="{HEIGHT}"/>'
    left = 0.0
    for at, part in enumerate(parts):
        room, width = part.full * scale, part.points * scale
        if aligned:
            yield _rect("rest", left, room)
        yield _rect(colour(at), left, width)
        left += room if aligned else width


def _rect(kind: str, left: float, width: float) -> str:
    width = max(0.0, width - GAP)
    return f'<rect class="{kind}" x="{left:.1f}" width="{width:.1f}" height="{HEIGHT}"/>'


def _svg(rects: Iterable[str], parts: Sequence[Part]) -> Markup:
    said = "; ".join(f"{each.name} {each.points:.2f}" for each in parts)
    return Markup(  # noqa: S704 -- what is not ours in it is escaped
        f'<svg class="bar" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img"'
        f' aria-label="{Markup.escape(said)}">{"".join(rects)}</svg>'
    )
