"""A rank among all, and the ranks between which it lies most likely."""

from markupsafe import Markup

WIDTH, HEIGHT = 160, 17
EDGE = 4.0


def interval(rank: int, low: int, high: int, among: int) -> Markup:
    """Return a scale from the first place to the last of *among*, with the span and the rank."""
    scale = (WIDTH - 2 * EDGE) / max(1, among - 1)

    def at(place: int) -> float:
        return EDGE + (min(place, among) - 1) * scale

    left, right = at(low) - EDGE / 2, at(high) + EDGE / 2
    return Markup(  # noqa: S704 -- numbers alone
        f'<svg class="whisker" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">'
        f'<rect class="rest" y="8" width="{WIDTH}" height="1.5"/>'
        f'<rect class="span" x="{left:.1f}" y="6" width="{right - left:.1f}" height="5" rx="2.5"/>'
        f'<rect class="mark" x="{at(rank) - 1:.1f}" y="3" width="2" height="11"/></svg>'
    )
