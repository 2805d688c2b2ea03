"""A figure over runs: a line with its last value, broken where there is none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH, HEIGHT = 480, 150
LEFT, RIGHT, TOP, BOTTOM = 8, 96, 28, 48
MOST_DOTS = 40
"""Of more runs than these the line alone is drawn."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Trend:
    """*values* over runs, None where there was none; *first* and *last* name the outer runs.

    *places* are the decimals of what is written; *down* has a smaller value stand higher up.
    """

    values: Sequence[float | None]
    first: str
    last: str
    places: int = 2
    down: bool = False


def trend(of: Trend, said: str) -> Markup | None:
    """Return the chart, which *said* describes to who does not see it; None without a value."""
    if all(each is None for each in of.values):
        return None
    return Markup(  # noqa: S704 -- what is not ours in it is escaped
        f'<svg class="trend" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="{Markup.escape(said)}">{"".join(_parts(of))}</svg>'
    )


def _parts(of: Trend) -> Iterator[str]:
    points = places(of)
    base = HEIGHT - 23
    yield f'<path class="axis" d="M{LEFT} {base}H{WIDTH - RIGHT}"/>'
    for stretch in stretches(points):
        written = "L".join(f"{x:.1f} {y:.1f}" for x, y in stretch)
        yield f'<path class="line" d="M{written}"/>'
        if len(points) <= MOST_DOTS or len(stretch) == 1:
            yield from (
                f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in stretch
            )
    known = [(at, value) for at, value in enumerate(of.values) if value is not None]
    low, high = min(known, key=lambda each: each[1]), max(known, key=lambda each: each[1])
    last = known[-1]
    for at, value in {low, high} - {last}:
        if value != last[1]:
            yield _extreme(points[at], f"{value:,.{of.places}f}", (value == high[1]) != of.down)
    end = points[last[0]]
    if end is not None:
        yield f'<circle class="dot" cx="{end[0]:.1f}" cy="{end[1]:.1f}" r="4.5"/>'
        text = f"{last[1]:,.{of.places}f}"
        yield f'<text class="last" x="{end[0] + 10:.1f}" y="{end[1] + 7:.1f}">{text}</text>'
    yield f'<text class="run" x="{LEFT}" y="{HEIGHT - 3}">{Markup.escape(of.first)}</text>'
    if len(of.values) > 1:
        yield (
            f'<text class="run" x="{WIDTH - RIGHT}" y="{HEIGHT - 3}" text-anchor="end">'
            f"{Markup.escape(of.last)}</text>"
        )


def places(of: Trend) -> list[Point | None]:
    """Return where each value stands: runs at even steps, equal values on one height."""
    known = [each for each in of.values if each is not None]
    low, high = min(known), max(known)
    room, step = HEIGHT - TOP - BOTTOM, (WIDTH - LEFT - RIGHT) / max(1, len(of.values) - 1)

    def height(value: float) -> float:
        if low == high:
            return TOP + room / 2
        share = (value - low) / (high - low)
        return TOP + room * (share if of.down else 1 - share)

    begin = LEFT if len(of.values) > 1 else (WIDTH - RIGHT) / 2
    return [
        None if value is None else (begin + at * step, height(value))
        for at, value in enumerate(of.values)
    ]


def stretches(points: Sequence[Point | None]) -> Iterator[list[Point]]:
    """Yield the points between gaps."""
    stretch: list[Point] = []
    for each in [*points, None]:
        if each is not None:
            stretch.append(each)
        elif stretch:
            yield stretch
            stretch = []


def _extreme(point: Point | None, text: str, above: bool) -> str:  # noqa: FBT001
    x, y = point or (0.0, 0.0)
    anchor = "start" if x < WIDTH / 3 else "middle"
    return (
        f'<text class="run" x="{x:.1f}" y="{y + (-7 if above else 19):.1f}"'
        f' text-anchor="{anchor}">{text}</text>'
    )
