"""The middle of a cohort: medians of lines, of dimensions and of totals, each for itself."""

import numpy as np

from shared.rankings.medians import middle
from shared.scoring.document.reader import read
from tests.fixtures.make import framework


def test_each_median_is_taken_for_itself() -> None:
    units = np.array([[4, 0, 1, 0, 0], [0, 4, 3, 2, 0], [2, 2, 8, 0, 1]])

    found = middle(read(framework()), units)

    assert (found.lines, found.dimensions, found.total) == ([2, 2, 3, 0, 0], [4, 5], 9)
