"""Dimensions around a point: each as far out as its share of the most that it can earn."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from markupsafe import Markup

from shared.explanations.width import width, wrap
from web.charts.legend import colour

WIDTH, HEIGHT = 470, 330
RADIUS = 118
RINGS = (0.25, 0.5, 0.75, 1.0)
COLUMNS, LINES = 18, 3
"""How wide and how high a name may be beside its axis: a longer one is told by its number."""

LEAST_AXES = 3

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """A dimension's *name*, and two shares of its points: one's own, and those held against it."""

    name: str
    share: float
    other: float | None


def radar(axes: Sequence[Axis], said: str) -> Markup | None:
    """Return the chart, which says what *said* says to who does not see it.

    None where there are fewer than three *axes*, which enclose nothing.
    """
    if len(axes) < LEAST_AXES:
        return None
    return Markup(  # noqa: S704 -- what is not ours in it is escaped
        f'<svg class="radar" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="{Markup.escape(said)}">{"".join(_parts(axes))}</svg>'
    )


def _parts(axes: Sequence[Axis]) -> Iterator[str]:
    count = len(axes)
    for ring in RINGS:
        yield _polygon("ring", [place(at, count, ring) for at in range(count)])
    for at in range(count):
        x, y = place(at, count, 1.0)
        yield f'<path class="ring" d="M{WIDTH / 2:g} {HEIGHT / 2:g}L{x:.1f} {y:.1f}"/>'
    others = [each.other for each in axes if each.other is not None]
    if len(others) == count:
        yield _polygon("other", [place(at, count, each) for at, each in enumerate(others)])
    own = [place(at, count, each.share) for at, each in enumerate(axes)]
    yield _polygon("own", own)
    for at, (x, y) in enumerate(own):
        yield f'<circle class="{colour(at)}" cx="{x:.1f}" cy="{y:.1f}" r="5.5"/>'
    for at, axis in enumerate(axes):
        yield _label(at, count, label(axis.name) or [str(at + 1)])


def place(at: int, count: int, share: float) -> Point:
    """Return where a *share* in [0, 1] lies on the axis *at* of so many; the first points up."""
    angle = 2 * pi * at / count - pi / 2
    reach = RADIUS * min(1.0, max(0.0, share))
    return WIDTH / 2 + reach * cos(angle), HEIGHT / 2 + reach * sin(angle)


def label(name: str) -> list[str] | None:
    """Return *name* as the lines that stand beside its axis; None where it is too long for that."""
    lines = wrap(name, COLUMNS, "", "")
    fits = len(lines) <= LINES and all(width(each) <= COLUMNS for each in lines)
    return lines if fits else None


def _label(at: int, count: int, lines: Sequence[str]) -> str:
    angle = 2 * pi * at / count - pi / 2
    x, y = WIDTH / 2 + (RADIUS + 12) * cos(angle), HEIGHT / 2 + (RADIUS + 12) * sin(angle)
    across, down = round(cos(angle), 6), round(sin(angle), 6)
    anchor = "start" if across > 0 else "end" if across < 0 else "middle"
    above = len(lines) - 1 if down < 0 and not across else 0 if not across else (len(lines) - 1) / 2
    top = y + 5 - 16 * above + (8 if down > 0 and not across else 0)
    spans = "".join(
        f'<tspan x="{x:.1f}" y="{top + 16 * line:.1f}">{Markup.escape(each)}</tspan>'
        for line, each in enumerate(lines)
    )
    return f'<text text-anchor="{anchor}">{spans}</text>'


def _polygon(kind: str, points: Iterable[Point]) -> str:
    written = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polygon class="{kind}" points="{written}"/>'
