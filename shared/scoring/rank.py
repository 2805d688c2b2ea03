"""rank: totals → places within the cohort."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

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
    order = np.flatnonzero(~blocked)
    order = order[np.lexsort((-totals[order], cohort[order]))]
    total = totals[order]
    first, size = runs(cohort[order])
    top, n = np.repeat(first, size), np.repeat(size, size)
    leader, sharing = runs(cohort[order], total)
    above, tied = np.repeat(leader, sharing) - top, np.repeat(sharing, sharing)
    least = total[top + n - 1]
    below = n - above - tied

    place, tie = np.zeros_like(totals), np.zeros_like(totals)
    percentile, index = np.full(totals.shape, np.nan), np.full(totals.shape, np.nan)
    place[order], tie[order] = above + 1, tied
    percentile[order] = _percent(2 * below + tied - 1, 2 * (n - 1))
    index[order] = _percent(total - least, total[top] - least)
    return Ranks(place, tie, np.bincount(cohort)[cohort], percentile, index)


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
