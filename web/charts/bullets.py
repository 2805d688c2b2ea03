"""Bullet bars: what a line earns of the most it can, and where the middle of the cohort stands."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

WIDTH, HEIGHT = 320, 18


@dataclass(frozen=True, slots=True)
class Bullet:
    """So many *points* of *full*; *median* is the cohort's, None where it is not shown.

    *points* are None where there is no value, or where it is hidden.
    """

    points: float | None
    full: float
    median: float | None


def bullet(of: Bullet, colour: int, widest: float, said: str) -> Markup:
    """Return the bar in a *colour* from 1 on; *widest* points would fill the chart's width."""
    return Markup(  # noqa: S704 -- what is not ours in it is escaped
        f'<svg class="bullet" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="{Markup.escape(said)}">{"".join(_parts(of, colour, widest))}</svg>'
    )


def _parts(of: Bullet, colour: int, widest: float) -> Iterator[str]:
    scale = (WIDTH - 2) / widest if widest else 0.0
    room = max(1.0, of.full * scale)
    if of.points is None:
        yield f'<rect class="void" x="0.5" y="4.5" width="{room:.1f}" height="9"/>'
        for left in range(8, int(room), 8):
            yield f'<path class="hatch" d="M{left} 4.5l-6 9"/>'
    else:
        yield f'<rect class="rest" y="4" width="{room:.1f}" height="10"/>'
        own = min(room, max(0.0, of.points * scale))
        yield f'<rect class="c{colour}" y="4" width="{own:.1f}" height="10"/>'
    if of.median is not None:
        at = min(room, max(0.0, of.median * scale))
        yield f'<rect class="tick" x="{max(0.0, at - 1):.1f}" y="1" width="2" height="16"/>'
