"""Places over runs: a line for each applicant, grey but for who moved far."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

WIDTH = 792
WIDEST_STEP = 132
ROW = 33
RADIUS = 11


@dataclass(frozen=True, slots=True)
class Line:
    """One applicant: where it stands in each column, and which rank is written there.

    *slots* count from 1 at the top, no two alike in a column; 0: it has no place there. *kind* is
    the class of who moved far, empty for the others.
    """

    name: str
    slots: Sequence[int]
    ranks: Sequence[int]
    kind: str = ""


def bump(lines: Sequence[Line], columns: int, rows: int, said: str) -> Markup:
    """Draw *lines* over so many *columns* and *rows*; what leads below the last row is cut off.

    Half a row stays below it, in which lines come and go. *said* tells the whole in words.
    """
    step = min(WIDEST_STEP, WIDTH / columns)
    width, height = round(step * columns), ROW * rows + ROW // 2
    drawn = "".join(
        _line(each, step, rows) for each in sorted(lines, key=lambda each: bool(each.kind))
    )
    return Markup(  # noqa: S704 -- what is not ours in it is escaped
        f'<svg class="bump" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img" aria-label="{Markup.escape(said)}">{drawn}</svg>'
    )


def _line(line: Line, step: float, rows: int) -> str:
    name = Markup.escape(line.name)
    nodes = "".join(_nodes(line, step, rows))
    path = " ".join(_curves(line.slots, step, rows))
    kind = f" {line.kind}" if line.kind else ""
    return f'<g class="track{kind}"><title>{name}</title><path d="{path}"/>{nodes}</g>'


def _curves(slots: Sequence[int], step: float, rows: int) -> Iterator[str]:
    for at, (here, there) in enumerate(pairwise(slots)):
        if here and there and min(here, there) <= rows:
            (left, high), (right, low) = _point(at, here, step), _point(at + 1, there, step)
            middle = (left + right) / 2
            yield (
                f"M{left:.1f} {high:.1f}C{middle:.1f} {high:.1f}"
                f" {middle:.1f} {low:.1f} {right:.1f} {low:.1f}"
            )


def _nodes(line: Line, step: float, rows: int) -> Iterable[str]:
    for at, (slot, rank) in enumerate(zip(line.slots, line.ranks, strict=True)):
        if 0 < slot <= rows:
            x, y = _point(at, slot, step)
            yield (
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS}"/>'
                f'<text x="{x:.1f}" y="{y:.1f}" dy="4">{rank}</text>'
            )


def _point(column: int, slot: int, step: float) -> tuple[float, float]:
    return (column + 0.5) * step, (slot - 0.5) * ROW
