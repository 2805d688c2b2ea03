"""Histories of a round that chance made: applicants come, change and go over several runs."""

from datetime import UTC, datetime
from random import Random

import numpy as np

from shared.runs.score_store import Versions
from shared.runs.store import NewRun

CODES = [f"A{at:02}" for at in range(12)]
RUNS = 15


def versions(applicants: list[int], chance: Random) -> Versions:
    """Return a version for each position, with totals and all else by chance."""
    n = len(applicants)
    return Versions(
        applicant=np.array(applicants, np.int64),
        blocked=np.array([chance.random() < 0.3 for _ in applicants], np.bool_),
        totals=np.array([chance.randrange(100) for _ in applicants], np.int64),
        coverage=np.array([chance.random() for _ in applicants]),
        values=np.zeros((n, 1)),
        shares=np.zeros((n, 1)),
        units=np.zeros((n, 1), np.int64),
        flags=np.zeros((n, 1), np.int32),
    )


def made(number: int) -> NewRun:
    """Return a run of this number, of which nothing else matters."""
    return NewRun(number, "tests", (), 0, 0, 0, 0, 0.0, 0.0, 0.0, datetime.now(UTC))
