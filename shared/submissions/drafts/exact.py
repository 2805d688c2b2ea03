"""Numbers as they were written: kept to the last digit, or refused."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

MOST_DIGITS = 400
"""A number with so many characters is not looked at more closely."""

SURE_DIGITS = 15
"""A decimal of so many digits survives a binary double and comes back as it was written."""

MOST_SIGNIFICANT = 17
"""So many digits at most tell one double from all others."""

NOT_EXACT = (
    "number-not-exact",
    f"A number is kept where a double says its digits again: at most {MOST_SIGNIFICANT} of them.",
)
"""What is said of an `Inexact`: a code, and words."""

NOT_EXACT_BOUNDS = {"most_digits": MOST_SIGNIFICANT}


@dataclass(frozen=True, slots=True)
class Inexact:
    """A number that would not come back as it was written."""

    text: str


def number(text: str) -> float | int | Inexact:
    """Read a decimal number, if the double that it becomes says the same digits again.

    So what other programs print is taken, with up to 17 digits, and nothing is ever rounded.
    """
    if len(text) <= SURE_DIGITS and text.isdigit():
        return int(text)
    if len(text) > MOST_DIGITS:
        return Inexact(text[:MOST_DIGITS])
    try:
        read = float(text)
        shortest = repr(read)
        same = text == shortest or Decimal(text) == Decimal(shortest)
    except (ValueError, InvalidOperation):
        return Inexact(text)
    return read if same else Inexact(text)
