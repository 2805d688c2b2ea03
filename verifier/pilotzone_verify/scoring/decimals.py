"""Arithmetic on the decimals as which doubles are written, rounded once to 15 digits."""

from decimal import Context, Decimal
from fractions import Fraction

FIFTEEN = Context(prec=15)
LARGEST = 1.79769313486231e308


def written(number: float) -> Fraction:
    """Return the decimal as which a double is written."""
    return Fraction(repr(float(number)))


def rounded(exact: Fraction) -> float:
    """Round to 15 significant digits, a half to the even one."""
    number = float(FIFTEEN.divide(Decimal(exact.numerator), Decimal(exact.denominator)))
    return min(max(number, -LARGEST), LARGEST) + 0.0
