"""(e) How sure a ranking is, on one core, against the bare product and sort of the same size."""

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

import numpy as np

from bench.stage import INDICATORS, document
from shared.scoring.arrays import FloatArray, IntArray
from shared.scoring.document.reader import read
from shared.scoring.framework import Framework
from shared.scoring.score import score
from shared.sensitivity.choices import shifts
from shared.sensitivity.draws import TOTALS, Draws, places
from shared.sensitivity.swaps import swaps

DRAWS = 10_000
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Sensitivity:
    """Seconds of one core for the floor and for each part, and the most memory, in MB."""

    floor: float
    places: float
    choices: float
    swaps: float
    megabytes: float


def measure(applicants: int) -> Sensitivity:
    """Measure in a process of its own: numpy reads how many cores it may use when it starts."""
    command = [sys.executable, "-m", "bench.sensitivity", str(applicants)]
    done = subprocess.run(command, env=os.environ | ONE_CORE, capture_output=True, check=True)
    return Sensitivity(**json.loads(done.stdout))


def _floor(units: IntArray) -> float:
    """Return the seconds to form and sort all totals, and do nothing with them."""
    lines, stream = units.astype(np.float64).T, np.random.default_rng(1)
    step = max(TOTALS // len(units), 1)
    begin = time.process_time()
    for start in range(0, DRAWS, step):
        totals = stream.uniform(0.75, 1.25, (min(step, DRAWS - start), INDICATORS)) @ lines
        totals.argsort(axis=1)
    return time.process_time() - begin


def _scored(framework: Framework, applicants: int) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return values, shares and units of a cohort in order of place."""
    counts = np.random.default_rng(1).integers(0, 100_000, (applicants, INDICATORS))
    values = counts.astype(np.float64)
    nothing = np.zeros(values.shape, np.int32)
    sheet = score(framework, values, nothing, np.zeros(applicants, np.int64))
    order = np.argsort(-sheet.totals)
    return values[order], sheet.shares[order], sheet.units[order]


def _measured(applicants: int) -> Sensitivity:
    framework = read(document())
    values, shares, units = _scored(framework, applicants)
    floor = _floor(units)
    times = [time.process_time()]
    places(framework, shares, units, Draws(1, DRAWS, 0.25), 10, lambda _: None)
    times.append(time.process_time())
    shifts(framework, values, shares, np.zeros(applicants, np.bool_), lambda _: None)
    times.append(time.process_time())
    swaps(framework, shares, units)
    times.append(time.process_time())
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    drawn, chosen, swapped = np.diff(times).tolist()
    return Sensitivity(floor, drawn, chosen, swapped, most)


if __name__ == "__main__":
    print(json.dumps(asdict(_measured(int(sys.argv[1])))))
