"""Numbers and their tolerance, often on its very edge or at the ends of what a double holds."""

from math import isfinite
from typing import TypeAlias

from hypothesis import strategies as st

Limit: TypeAlias = tuple[float, float, float, float]
"""One number, another, the tolerance and its unit."""

FINITE = st.floats(allow_nan=False, allow_infinity=False)
DECIMAL = st.builds(
    lambda digits, by: float(f"{digits}e{by}"), st.integers(-999, 999), st.integers(-4, 2)
)
NUMBERS = st.one_of(FINITE, DECIMAL, st.sampled_from([0.0, 5e-324, -1e308, 1.7976931348623157e308]))
TOLERANCES = st.one_of(FINITE.map(abs), st.sampled_from([0.0, 0.05, 0.1, 0.25, 0.3, 1.0, 20.0]))


@st.composite
def limits(draw: st.DrawFn) -> Limit:
    """Draw four finite numbers; the other is often as far away as it just may be."""
    one, tolerance = draw(NUMBERS), draw(TOLERANCES)
    unit = draw(st.sampled_from([1.0, abs(one)]))
    edge = one + draw(st.sampled_from([-1, 1])) * tolerance * unit
    near = float(f"{edge:.{draw(st.integers(13, 17))}g}")
    other = draw(st.one_of(NUMBERS, st.just(near if isfinite(near) else one)))
    return one, other, tolerance, unit
