"""A bar to either side of a middle, for what may be below 0."""

from markupsafe import Markup

WIDTH = 120
HEIGHT = 12


def balance(value: float, most: float = 1.0) -> Markup:
    """Return a bar of *value*, which is cut off at *most* to either side; figures stand beside."""
    middle = WIDTH / 2
    length = min(1.0, abs(value) / most) * middle
    left = middle - length if value < 0 else middle
    return Markup(
        '<svg class="balance" viewBox="0 0 {w} {h}" width="{w}" height="{h}" aria-hidden="true">'
        '<rect class="rest" width="{w}" height="{h}"/>'
        '<rect class="{kind}" x="{left:.1f}" width="{length:.1f}" height="{h}"/>'
        '<path class="middle" d="M{middle:.1f} 0V{h}"/></svg>'
    ).format(
        w=WIDTH,
        h=HEIGHT,
        kind="below" if value < 0 else "above",
        left=left,
        length=length,
        middle=middle,
    )
