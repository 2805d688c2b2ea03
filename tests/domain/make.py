"""Small frameworks and evidence for the tests of the scoring rules."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np
from hypothesis import settings

from shared.scoring.arrays import FloatArray
from shared.scoring.framework import (
    KINDS,
    Category,
    Derivation,
    Dimension,
    Framework,
    Indicator,
    Measure,
    MeasureType,
    Missing,
    Name,
    Normalisation,
    Reporter,
)
from shared.scoring.resolve import Evidence

NAME = Name("名", "name")
SOURCE, APPLICANT, EXPERT = Reporter
BEST = Normalisation("best")


def examples(number: int) -> settings:
    """Try *number* examples, however long the machine takes for one."""
    return settings(max_examples=number, deadline=None)


def measure(code: str, **rules: Any) -> Measure:
    """Make a measure that a source and the applicant report, a number unless said otherwise."""
    rules = {"type": MeasureType.NUMBER, "reported_by": (SOURCE, APPLICANT)} | rules
    return Measure(code, NAME, unit="", **rules)


def value(code: str, **rules: Any) -> Derivation:
    """Derive an indicator from the measure *code* as it is."""
    return Derivation("value", ((code, 1.0),), **rules)


def total(cap: float | None = None, **weights: float) -> Derivation:
    """Derive an indicator from a weighted sum."""
    return Derivation("sum", tuple(weights.items()), cap=cap)


def indicator(
    code: str,
    normalisation: Normalisation = BEST,
    *,
    full: int = 10_000,
    derivation: Derivation | None = None,
    missing: Missing = Missing.ZERO,
) -> Indicator:
    """Make an indicator worth *full* units that reads the measure of its own code."""
    read = derivation or value(code)
    return Indicator(code, NAME, full, read, normalisation, missing, "service default")


def framework(*dimensions: Sequence[Indicator], measures: Sequence[Measure] = ()) -> Framework:
    """Make a framework of *dimensions*; a measure that is not given is a plain number."""
    given = {each.code: each for each in measures}
    read = [code for line in dimensions for each in line for code in each.derivation.measures]
    known = given | {code: measure(code) for code in read if code not in given}
    return Framework(
        code="test",
        version="1",
        name=NAME,
        full=sum(each.full for line in dimensions for each in line),
        precision=4,
        code_lists={},
        measures=known,
        dimensions=tuple(
            Dimension(f"D{at}", NAME, (Category(NAME, tuple(line)),))
            for at, line in enumerate(dimensions)
        ),
    )


@dataclass(frozen=True)
class Report:
    """One reporter's value; *as_of* counts days, *id* the order of recording."""

    applicant: int
    measure: str
    value: float
    kind: str = SOURCE
    as_of: int = 0
    id: int = 0


def reports(*rows: Report) -> list[Report]:
    """Give each of *rows* its number in the order of recording."""
    return [replace(row, id=number) for number, row in zip(count(1), rows)]


def evidence(framework: Framework, rows: Sequence[Report]) -> Evidence:
    """Write *rows* as columns."""
    codes = framework.measure_codes

    def integers(numbers: list[int]) -> Any:
        return np.array(numbers, dtype=np.int64)

    return Evidence(
        applicant=integers([row.applicant for row in rows]),
        measure=integers([codes.index(row.measure) for row in rows]),
        kind=integers([KINDS.index(row.kind) for row in rows]),
        as_of=integers([row.as_of for row in rows]),
        id=integers([row.id for row in rows]),
        value=np.array([row.value for row in rows], dtype=np.float64),
    )


def column(*values: float | None) -> FloatArray:
    """Write one indicator's values, None for missing."""
    return np.array([np.nan if each is None else each for each in values], dtype=np.float64)


def table(*rows: Sequence[float | None]) -> FloatArray:
    """Write values by applicant, None for missing."""
    return np.array([column(*row) for row in rows])
