"""Histories in which several kinds of reporters speak of the same, and a slow reading of them."""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import strategies as st

from shared.database import Session
from shared.database.database import driver_of
from shared.scoring.document import reader as document
from shared.scoring.framework import Measure, MeasureType
from shared.submissions import recording as services
from shared.submissions.store import NATURAL_KEY, NewSubmission
from shared.submissions.values import Reported
from tests.fixtures.http import PLAN, RATE, framework_of_types
from tests.fixtures.make import APPLICANTS, GRADE, RESIDENTS, SCENES, STATIONS

REFERENCE = date(2026, 6, 30)
REPORTERS = {1: "source", 2: "source", 3: "applicant", 4: "applicant", 5: "expert"}
RULES = {
    STATIONS: (["source", "applicant"], 0.05),
    RESIDENTS: (["expert", "source", "applicant"], None),
    RATE: (["applicant", "source", "expert"], 0.1),
    GRADE: (["applicant", "source"], 0.0),
    PLAN: (["source", "applicant"], 0.5),
    SCENES: (["source", "applicant"], 0.25),
}


def several() -> list[Measure]:
    """Return a measure of every type, each reported by several kinds, the first of which counts."""
    document_ = framework_of_types()
    for code, (reported_by, tolerance) in RULES.items():
        document_["measures"][code]["reported_by"] = reported_by
        if tolerance is not None:
            document_["measures"][code]["tolerance"] = tolerance
        else:
            document_["measures"][code].pop("tolerance", None)
    return [document.read(document_).measures[code] for code in RULES]


MEASURES = several()
BY_CODE = {each.code: each for each in MEASURES}
NUMBERS = [0.0, 1.0, 1.1, 0.9, 0.3, 0.33, -2.5, 1e308, -1e308, 2.5e-308, 1e-300]
VALUES = {
    MeasureType.COUNT: st.sampled_from([0.0, 19.0, 20.0, 21.0]).map(lambda n: Reported(number=n)),
    MeasureType.NUMBER: st.sampled_from(NUMBERS).map(lambda n: Reported(number=n)),
    MeasureType.FLAG: st.sampled_from([0.0, 1.0]).map(lambda n: Reported(number=n)),
    MeasureType.CATEGORY: st.sampled_from("ABC").map(lambda code: Reported(codes=(code,))),
    MeasureType.CODES: st.sets(st.sampled_from(["S1", "S2", "S3", "S4"])).map(
        lambda codes: Reported(codes=tuple(sorted(codes)))
    ),
}


def statement(
    measure: str, reporter: int, value: Reported, applicant: str = "C1", day: int = 0
) -> NewSubmission:
    """Return what *reporter* says, as of so many days after the reference date."""
    return NewSubmission(
        applicant=applicant,
        measure=measure,
        reporter=reporter,
        kind=REPORTERS[reporter],
        as_of=REFERENCE + timedelta(day),
        reported=value,
        reference=None,
        comment=None,
        request_id="r",
    )


@st.composite
def statements(draw: st.DrawFn) -> NewSubmission:
    """Draw one thing that a reporter says; it may be none that the measure admits."""
    measure, value = draw(st.sampled_from(MEASURES)), st.just(Reported())
    return statement(
        measure.code,
        draw(st.sampled_from(list(REPORTERS))),
        draw(st.one_of(VALUES[measure.type], VALUES[measure.type], VALUES[measure.type], value)),
        draw(st.sampled_from(list(APPLICANTS))),
        draw(st.integers(-2, 1)),
    )


async def write(session: Session, round_id: int, history: Sequence[NewSubmission]) -> list[int]:
    """Append *history*; return the ids."""
    receipts = await services.record(await driver_of(session), round_id, list(history))
    return [receipt.id or 0 for receipt in receipts]


Said = tuple[str, date, int, Reported]


def standing(
    history: Sequence[NewSubmission], ids: Sequence[int]
) -> dict[tuple[str, str], list[Said]]:
    """Read the rules one by one: by applicant and measure, the kinds in the measure's order."""
    last = {
        NATURAL_KEY(each): (identity, each) for identity, each in zip(ids, history, strict=True)
    }
    by_kind: dict[tuple[str, str, str], Said] = {}
    for identity, each in sorted(last.values(), key=lambda pair: (pair[1].as_of, pair[0])):
        if each.as_of <= REFERENCE and each.reported.status != "withdrawn":
            place = each.applicant, each.measure, each.kind
            by_kind[place] = (each.kind, each.as_of, identity, each.reported)
    return {
        (applicant, measure.code): [
            by_kind[applicant, measure.code, kind]
            for kind in measure.reported_by
            if (applicant, measure.code, kind) in by_kind
        ]
        for applicant in APPLICANTS
        for measure in MEASURES
    }
