"""Histories of what reporters said, drawn so that they often speak of the same."""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import strategies as st

from shared.scoring.document import reader as document
from shared.scoring.framework import MeasureType
from shared.submissions.store import NewSubmission
from shared.submissions.values import Reported
from tests.fixtures import make

FRAMEWORK = document.read(make.framework())
APPLICANTS = list(make.APPLICANTS)
REPORTERS = {1: "source", 2: "source", 3: "applicant", 4: "expert"}
REFERENCE = date(2026, 6, 30)

VALUES = {
    MeasureType.COUNT: st.integers(0, 3).map(lambda n: Reported(number=float(n))),
    MeasureType.MARK: st.floats(0, 100).map(lambda n: Reported(number=n + 0.0)),
    MeasureType.CATEGORY: st.sampled_from("ABC").map(lambda code: Reported(codes=(code,))),
    MeasureType.CODES: st.sets(st.sampled_from(["S1", "S2", "S3", "S4"])).map(
        lambda codes: Reported(codes=tuple(sorted(codes)))
    ),
}


@st.composite
def statements(draw: st.DrawFn, of: Sequence[str] = FRAMEWORK.measure_codes) -> NewSubmission:
    """Draw one thing that a reporter says, *of* one of these measures."""
    measure = FRAMEWORK.measures[draw(st.sampled_from(of))]
    reporter = draw(st.sampled_from(list(REPORTERS)))
    value = VALUES[measure.type]
    return NewSubmission(
        applicant=draw(st.sampled_from(APPLICANTS)),
        measure=measure.code,
        reporter=reporter,
        kind=REPORTERS[reporter],
        as_of=REFERENCE + timedelta(draw(st.integers(-2, 1))),
        reported=draw(st.one_of(value, value, st.just(Reported()))),
        reference=None,
        comment=None,
        request_id="r",
    )
