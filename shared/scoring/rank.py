"""rank: totals → places within the cohort."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

import numpy as np

from shared.scoring.arrays import BoolArray, FloatArray, IntArray, runs


@dataclass(frozen=True)
class Ranks:
    """Every applicant's place in its cohort: all arrays have shape (applicants,).

    *rank* counts from 1, equal totals share it and the next is skipped (1, 2, 2, 4); *tied* is how
    many share it, the applicant included; *cohort_size* counts all of the cohort, ranked or not.
    *percentile* and *index* are in 0 … 100. A barred applicant has rank 0, tied 0 and NaN in both.
    """

    rank: IntArray
    tied: IntArray
    cohort_size: IntArray
    percentile: FloatArray
    index: FloatArray


def rank(totals: IntArray, cohort: IntArray, blocked: BoolArray) -> Ranks:
    """Order each *cohort* by *totals*, the greatest first, without those who are *blocked*.

    All three have shape (applicants,); a cohort is a number from 0, a total is in units. Over the n
    ranked of a cohort, percentile = 100 · (number below + ½ · (tied − 1)) / (n − 1), 100 for
    one alone; index = 100 · (total − least) / (greatest − least), 100 where all are equal.

    Source: standard competition ranking; OECD/JRC, Handbook on Constructing Composite Indicators
    (2008), "Min-Max", for the index.
    """
    by = _sorted(totals, cohort, blocked)
    order, total = by.order, totals[by.order]
    size = np.diff(by.first, append=len(order))
    top, n = np.repeat(by.first, size), np.repeat(size, size)
    least = total[top + n - 1]
    below = n - by.above - by.tied

    percentile, index = np.full(totals.shape, np.nan), np.full(totals.shape, np.nan)
    percentile[order] = _percent(2 * below + by.tied - 1, 2 * (n - 1))
    index[order] = _percent(total - least, total[top] - least)
    return Ranks(*by.places(), np.bincount(cohort)[cohort], percentile, index)


def places(totals: IntArray, cohort: IntArray, blocked: BoolArray) -> tuple[IntArray, IntArray]:
    """Return what `rank` gives as *rank* and *tied*, in half of the time."""
    return _sorted(totals, cohort, blocked).places()


def places_again(
    before: tuple[IntArray, IntArray],
    totals: IntArray,
    cohort: IntArray,
    blocked: BoolArray,
    changed: Mapping[int, int],
) -> tuple[IntArray, IntArray]:
    """Return what `places` does once some *totals* have *changed*, to these by position.

    *before* is what it gave for *totals*. It is quicker for a few: each takes a look at all.
    """
    place, tied, totals = before[0].copy(), before[1].copy(), totals.copy()
    for at, total in changed.items():
        if not blocked[at]:
            others = (cohort == cohort[at]) & ~blocked
            others[at] = False
            same, below = others & (totals == total), others & (totals < total)
            place += below
            place -= others & (totals < totals[at])
            tied += same
            tied -= others & (totals == totals[at])
            tied[at] = 1 + np.count_nonzero(same)
            place[at] = 1 + np.count_nonzero(others) - np.count_nonzero(same | below)
        totals[at] = total
    return place, tied


class _Sorted(NamedTuple):
    """Who is ranked of so many *applicants*, one cohort behind the other, the greatest total first.

    *order* has positions, *first* where each cohort begins in it; *above* and *tied* are in it.
    """

    applicants: int
    order: IntArray
    first: IntArray
    above: IntArray
    tied: IntArray

    def places(self) -> tuple[IntArray, IntArray]:
        """Return *rank* and *tied* of all, 0 where somebody is not ranked."""
        place, tie = np.zeros((2, self.applicants), np.int64)
        place[self.order], tie[self.order] = self.above + 1, self.tied
        return place, tie


def _sorted(totals: IntArray, cohort: IntArray, blocked: BoolArray) -> _Sorted:
    order = np.flatnonzero(~blocked)
    order = order[np.lexsort((-totals[order], cohort[order]))]
    within = cohort[order]
    first, size = runs(within)
    leader, sharing = runs(within, totals[order])
    above = np.repeat(leader, sharing) - np.repeat(first, size)
    return _Sorted(len(totals), order, first, above, np.repeat(sharing, sharing))


def lots(codes: Sequence[str], seed: int) -> IntArray:
    """Draw a lot for each of *codes*: who shares a rank is listed in the order of these.

    A code's lot depends on *seed* and the code alone, so that no list changes because somebody
    else comes or goes; another seed draws anew, so that no code is always first.
    """
    key = seed.to_bytes(8, "big", signed=True)
    drawn = b"".join(blake2b(code.encode(), digest_size=8, key=key).digest() for code in codes)
    return np.frombuffer(drawn, dtype=">i8").astype(np.int64)


def _percent(part: IntArray, whole: IntArray) -> FloatArray:
    """Give *part* in per cent of *whole*, 100 where the whole is 0."""
    return np.where(whole == 0, 100.0, 100 * part / np.maximum(whole, 1))
