"""What makes a number implausible by itself; how much it changed is for the database to judge."""

from shared.scoring.framework import Measure

SUPERSEDED = "superseded"
HELD = {
    "below-plausible": "The number is smaller than is plausible: held until it is confirmed.",
    "above-plausible": "The number is larger than is plausible: held until it is confirmed.",
    "implausible-change": "The number is too far from the one before: held until it is confirmed.",
}
"""Why a number is held, by code."""


def doubt(measure: Measure, number: float | None) -> str | None:
    """Return the code of what speaks against *number*, None if nothing does."""
    least, most = measure.plausible.min, measure.plausible.max
    if number is None:
        return None
    if least is not None and number < least:
        return "below-plausible"
    return "above-plausible" if most is not None and number > most else None
