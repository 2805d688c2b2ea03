"""What a scorecard says about a line beside its points: one bit each, named in lower case."""

from collections.abc import Iterable
from enum import IntFlag
from typing import Final


class Flag(IntFlag):
    """The remarks on one line; all fit into 32 bits.

    The bits are stored, so a member is never renumbered.
    """

    MISSING = 1  # no value
    DISCREPANCY = 2  # another reporter differs beyond the measure's tolerance
    FEW_MARKS = 4  # fewer marks than the panel asks for
    SPREAD = 8  # the panel's marks lie further apart than its tolerance
    PARTIAL = 16  # part of a sum was not reported
    ZERO_DENOMINATOR = 32
    CAPPED = 64  # the derivation's cap cut the value
    ADJUDICATED = 128  # a mark with a reason replaces the panel's
    REVISED_AFTER_SIGHT = 256  # a mark of the panel was changed when others' could be read

    FLAT = 1024  # all values of the cohort are equal
    NO_SCALE = 2048  # `best` without a positive best
    REWEIGHTED = 4096  # carries the weight of skipped lines or of empty dimensions
    EMPTY_DIMENSION = 8192  # nothing of the dimension is left to carry its weight (skip)
    BLOCKS = 16384  # missing, and bars the applicant from the ranking


EVIDENCE = (
    Flag.MISSING
    | Flag.DISCREPANCY
    | Flag.FEW_MARKS
    | Flag.SPREAD
    | Flag.PARTIAL
    | Flag.ZERO_DENOMINATOR
    | Flag.CAPPED
    | Flag.ADJUDICATED
    | Flag.REVISED_AFTER_SIGHT
)
"""The flags that rest on the applicant's own evidence; the others are set anew in each run."""

OF_SCALES = Flag.FLAT | Flag.NO_SCALE
"""The flags that a cohort's values give to an indicator's scale."""


def own(names: Iterable[str]) -> list[str]:
    """Keep of the published *names* those that rest on the applicant's own evidence."""
    return [name for name in names if Flag[name.upper()] & EVIDENCE]


NAMES: Final = tuple((int(flag), name.lower()) for name, flag in Flag.__members__.items())
"""As plain numbers: a page asks for tens of thousands of lines, and a flag's own `&` is slow."""


def names(bits: int) -> list[str]:
    """Give the published names of the flags in *bits*, in bit order."""
    return [name for flag, name in NAMES if bits & flag] if bits else []
