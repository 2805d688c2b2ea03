"""(f) What a method of normalising costs beside min_max, and how long each stage of scoring takes.

In memory, without a database, in CPU time. Of several repetitions the median counts; each goes
through all that is compared, in another order every time: what ran before leaves its traces in the
caches and the heap.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

import numpy as np

from bench.stage import document
from shared.frameworks.yaml_document import parse
from shared.reference import framework_text
from shared.scoring.arrays import FloatArray, IntArray
from shared.scoring.derive import derive
from shared.scoring.document.reader import read
from shared.scoring.framework import (
    KINDS,
    Band,
    Category,
    Derivation,
    Dimension,
    Direction,
    Framework,
    Indicator,
    Measure,
    MeasureType,
    Missing,
    Name,
    Normalisation,
    ReporterKind,
)
from shared.scoring.normalise import normalise
from shared.scoring.points import points
from shared.scoring.rank import rank
from shared.scoring.resolve import Evidence, resolve

INDICATORS = 25
REPETITIONS = {3_000: 41, 100_000: 9}
EXPERTS = 3
STAGES = ("resolve", "derive", "normalise", "points", "rank")
NAME = Name("基准", "bench")
FLOOR = "min_max"
METHODS = {
    FLOOR: Normalisation("min_max"),
    "min_max, base": Normalisation("min_max", base=0.4),
    "min_max, lower": Normalisation("min_max", Direction.LOWER),
    "best": Normalisation("best"),
    "best, lower": Normalisation("best", Direction.LOWER),
    "target": Normalisation("target", target=80_000.0),
    "target, step": Normalisation("target", target=80_000.0, step=500.0),
    "target, lower": Normalisation("target", Direction.LOWER, target=80_000.0),
    "steps": Normalisation("steps", bands=tuple(Band(2e4 * at, at / 4) for at in range(5))),
    "grades": Normalisation("grades", grades=(("A", 1.0), ("B", 0.8), ("C", 0.5), ("D", 0.0))),
    "z_score": Normalisation("z_score", within=3.0),
    "percent_rank, sorts": Normalisation("percent_rank"),
}
"""Each method, with what else may cost: a base, the other direction, whole steps."""


@dataclass(frozen=True)
class Cost:
    """The median time of a method over all columns, and its share of the floor's."""

    milliseconds: float
    ratio: float


def medians(subjects: dict[str, Callable[[], object]], repetitions: int) -> dict[str, float]:
    """Return for each subject the median of its milliseconds, taken in turns."""
    times: dict[str, list[float]] = {name: [] for name in subjects}
    chance = Random(1)
    for _ in range(repetitions):
        for name in chance.sample(list(subjects), len(subjects)):
            begin = time.process_time()
            subjects[name]()
            times[name].append((time.process_time() - begin) * 1e3)
    return {name: statistics.median(taken) for name, taken in times.items()}


def costs(applicants: int) -> dict[str, Cost]:
    """Measure each method on a table of *applicants*, every column by the same method.

    Each has a table of its own: none finds in the caches what another has just read.
    """
    chance = np.random.default_rng(1)
    counts = chance.integers(0, 100_000, (applicants, INDICATORS)).astype(np.float64)
    places = chance.integers(0, 4, (applicants, INDICATORS)).astype(np.float64)
    one = np.zeros(applicants, dtype=np.int64)

    def subject(rule: Normalisation) -> Callable[[], object]:
        framework, values = _uniform(rule), (places if rule.grades else counts).copy()
        return lambda: normalise(framework, values, one)

    found = medians(
        {name: subject(rule) for name, rule in METHODS.items()}, REPETITIONS[applicants]
    )
    return {name: Cost(taken, taken / found[FLOOR]) for name, taken in found.items()}


def _uniform(rule: Normalisation) -> Framework:
    """Make a framework whose indicators all follow *rule*."""
    codes = tuple(code for code, _ in rule.grades)
    type_ = MeasureType.CATEGORY if codes else MeasureType.COUNT
    measure = Measure("m", NAME, "piece", type_, (ReporterKind.SOURCE,), codes=codes)
    derivation = Derivation("value", (("m", 1.0),))
    indicators = tuple(
        Indicator(f"I-{at}", NAME, 40_000, derivation, rule, Missing.ZERO, "")
        for at in range(INDICATORS)
    )
    dimensions = (Dimension("D", NAME, (Category(NAME, indicators),)),)
    return Framework("f", "1", NAME, 1_000_000, 4, {}, {"m": measure}, dimensions)


def stages(applicants: int) -> dict[str, dict[str, float]]:
    """Return for each framework the median milliseconds of each stage; two kinds take part."""
    frameworks = {"bench": read(document()), "guide": read(parse(framework_text()))}
    cohort = (np.arange(applicants) % 3 == 0).astype(np.int64)
    return {
        name: _stages(framework, _evidence(framework, applicants), cohort)
        for name, framework in frameworks.items()
    }


def _stages(framework: Framework, said: Evidence, cohort: IntArray) -> dict[str, float]:
    """Time each stage on what the one before it gave."""
    resolved = resolve(framework, said, cohort.size)
    derived = derive(framework, resolved)
    values: FloatArray = derived.values.copy(order="C")  # as a run holds them
    shares = normalise(framework, values, cohort).shares
    earned = points(framework, shares)
    subjects: dict[str, Callable[[], object]] = {
        "resolve": lambda: resolve(framework, said, cohort.size),
        "derive": lambda: derive(framework, resolved),
        "normalise": lambda: normalise(framework, values, cohort),
        "points": lambda: points(framework, shares),
        "rank": lambda: rank(earned.totals, cohort, earned.blocked),
    }
    return medians(subjects, REPETITIONS[cohort.size])


def _evidence(framework: Framework, applicants: int) -> Evidence:
    """Let somebody report every measure of everybody; of marks, a panel of experts."""
    chance = np.random.default_rng(2)
    rows = list(_reporters(framework))
    applicant = np.tile(np.arange(applicants), len(rows))
    measure, kind, most = (np.repeat(column, applicants) for column in zip(*rows, strict=True))
    return Evidence(
        applicant=applicant,
        measure=measure,
        kind=kind,
        as_of=np.zeros_like(applicant),
        id=np.arange(applicant.size),
        value=chance.integers(0, most).astype(np.float64),
        revised=np.zeros(applicant.size, np.bool_),
    )


def _reporters(framework: Framework) -> Iterator[tuple[int, int, int]]:
    """Give the measure, kind and bound of the values of each that reports."""
    for at, measure in enumerate(framework.measures.values()):
        judged = measure.panel is not None
        most = {MeasureType.MARK: 101, MeasureType.CODES: 21}.get(measure.type, 100_000)
        for _ in range(EXPERTS if judged else 1):
            yield at, KINDS.index(measure.reported_by[0]), most
