"""derive: measures → each indicator's raw value."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.scoring.arrays import FlagArray, FloatArray
from shared.scoring.decimals import ratios, sums
from shared.scoring.flags import Flag
from shared.scoring.framework import Derivation, Framework
from shared.scoring.resolve import Resolved

CARRIED = ~int(Flag.MISSING)


@dataclass(frozen=True)
class Derived:
    """Each indicator's raw value: both arrays have shape (applicants, indicators).

    *values* are in the indicators' own units, NaN where missing, otherwise finite decimals of at
    most 15 digits; *flags* are bits of `Flag`, those of the measures that an indicator reads among
    them.
    """

    values: FloatArray
    flags: FlagArray


def derive(framework: Framework, resolved: Resolved) -> Derived:
    """Compute every indicator of *framework* from its measures.

    A value or distinct is the measure itself. A sum adds weight × measure over the parts that were
    reported; some missing are flagged, all missing is missing. A ratio is of / to × per; it is
    missing if either is, or if the denominator is 0. Both are computed as decimals are, and rounded
    once (`decimals`). A cap comes last, flagged where it cuts.
    """
    shape = (resolved.values.shape[0], len(framework.indicators))
    values = np.empty(shape, order="F")
    flags = np.empty(shape, dtype=np.int32, order="F")
    position = {code: at for at, code in enumerate(framework.measure_codes)}
    for column, indicator in enumerate(framework.indicators):
        read = [position[code] for code in indicator.derivation.measures]
        parts = [resolved.values[:, at] for at in read]
        value, flag = _derived(indicator.derivation, parts)
        carried = np.bitwise_or.reduce(resolved.flags[:, read], axis=1) & CARRIED
        values[:, column] = value
        flags[:, column] = carried | flag | np.where(np.isnan(value), Flag.MISSING, 0)
    return Derived(values, flags)


def _derived(
    derivation: Derivation, parts: Sequence[FloatArray]
) -> tuple[FloatArray, FlagArray | int]:
    value: FloatArray
    flag: FlagArray | int
    match derivation.kind:
        case "sum":
            value, flag = _sum(parts, [weight for _, weight in derivation.terms])
        case "ratio":
            value, flag = _ratio(parts[0], parts[1], derivation.per)
        case _:
            value, flag = parts[0], 0
    if derivation.cap is None:
        return value, flag
    cut = np.where(value > derivation.cap, np.int32(Flag.CAPPED), np.int32(0))
    return np.minimum(value, derivation.cap), flag | cut


def _sum(parts: Sequence[FloatArray], weights: Sequence[float]) -> tuple[FloatArray, FlagArray]:
    missing = np.add.reduce([np.isnan(part) for part in parts], dtype=np.int64)
    partial = np.where(missing > 0, np.int32(Flag.PARTIAL), np.int32(0))
    nothing = missing == len(parts)
    return np.where(nothing, np.nan, sums(parts, weights)), np.where(nothing, np.int32(0), partial)


def _ratio(of: FloatArray, to: FloatArray, per: float) -> tuple[FloatArray, FlagArray]:
    zero = np.where(to == 0, np.int32(Flag.ZERO_DENOMINATOR), np.int32(0))
    return ratios(of, to, per), zero
