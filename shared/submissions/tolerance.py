"""Where two numbers lie further apart than they may, in SQL; `shared.scoring.tolerance` in Python.

PostgreSQL casts a double to the decimal of 15 digits that it stands for. Decimals are neither
rounded here, nor is one too large or too small, whereas an expression of doubles that leaves their
range fails.
"""


def difference(one: str, other: str) -> str:
    """Return the expression of *one* less *other*, which are doubles, as a decimal."""
    return f"({one}::numeric - {other}::numeric)"


def beyond(apart: str, tolerance: str, unit: str = "1") -> str:
    """Return the condition that the decimal *apart* is more, either way, than tolerance × unit.

    *tolerance* is a double; where it is NULL, so is the condition. *unit* is a decimal.
    """
    return f"(abs({apart}) > {tolerance}::numeric * {unit})"
