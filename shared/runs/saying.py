"""What a run took in, as statements: who it is of by their place in the cohort."""

from collections.abc import Mapping
from datetime import date

import numpy as np

from shared.changes.said_store import Said
from shared.runs.statements import Statements
from shared.scoring.arrays import BoolArray, FloatArray
from shared.scoring.framework import Framework, MeasureType

EPOCH = date(1970, 1, 1)
NOWHERE = -1


def statements(
    said: Said,
    framework: Framework,
    reference_date: date,
    places: Mapping[str, int],
    holds: BoolArray,
) -> Statements:
    """Return what was *said* of those who are held: *places* in a cohort, *holds* for each of it.

    Of dates behind *reference_date* and of measures that the framework lacks nothing is returned,
    and no mark is said to be revised.
    """
    measures = {code: at for at, code in enumerate(framework.measure_codes)}
    held = [places.get(code, NOWHERE) for code in said.applicants]
    place = np.array([at if holds[at] else NOWHERE for at in held], np.int32)
    column = np.array([measures.get(code, NOWHERE) for code in said.measures], np.int32)
    all_said = Statements(
        applicant=place[said.applicant],
        measure=column[said.measure],
        kind=said.kind,
        as_of=said.as_of,
        revision=said.revision,
        reporter=said.reporter,
        id=said.id,
        value=_values(said, framework),
        revised=np.zeros(len(said), np.bool_),
    )
    read = (all_said.applicant != NOWHERE) & (all_said.measure != NOWHERE)
    read &= said.as_of <= (reference_date - EPOCH).days
    return all_said if read.all() else all_said.take(read)


def _values(said: Said, framework: Framework) -> FloatArray:
    """Give a category as its place among the measure's codes, and of other codes how many."""
    coded = np.flatnonzero(np.isneginf(said.number))
    if not len(coded):
        return said.number
    category = np.full((len(said.measures), len(said.codes)), np.nan)
    for row, measure in enumerate(map(framework.measures.get, said.measures)):
        if measure is not None and measure.type is MeasureType.CATEGORY:
            known = {code: at for at, code in enumerate(measure.codes)}
            category[row] = [known.get(code, np.nan) for code in said.codes]
    value, number = said.number.copy(), category[said.measure[coded], said.first_code]
    value[coded] = np.where(np.isnan(number), said.many, number)
    return value
