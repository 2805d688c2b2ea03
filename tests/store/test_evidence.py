"""What a run reads of a history, against a slow reading of the rules."""

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from shared.domain.framework import MeasureType, Reporter
from shared.domain.submission import Reported
from shared.services import submissions as services
from shared.store import evidence
from shared.store.engine import Sessions, driver_of
from shared.store.submissions import NewSubmission
from tests import make
from tests.store.histories import APPLICANTS, FRAMEWORK, REFERENCE, statements

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Row:
    """A row of evidence, spelled out."""

    applicant: str
    measure: str
    kind: str
    as_of: date
    value: float


def standing(history: list[NewSubmission]) -> set[tuple[int, Row]]:
    """Read the rules one by one: what each reporter stands by, with the reporter."""
    last_of_date = {said.natural_key: said for said in history}
    counts: dict[tuple[str, str, int], NewSubmission] = {}
    for said in sorted(last_of_date.values(), key=lambda said: said.as_of):
        if said.as_of <= REFERENCE and said.reported.status != "withdrawn":
            counts[said.applicant, said.measure, said.reporter] = said
    return {
        (said.reporter, Row(said.applicant, said.measure, said.kind, said.as_of, _number(said)))
        for said in counts.values()
    }


def _number(said: NewSubmission) -> float:
    reported, measure = said.reported, FRAMEWORK.measures[said.measure]
    if reported.codes is None:
        assert reported.number is not None
        return reported.number
    if measure.type is MeasureType.CATEGORY:
        return float(measure.codes.index(reported.codes[0]))
    return float(len(reported.codes))


async def read(
    session: AsyncSession, round_id: int, applicants: list[str], *, everybody: bool
) -> list[tuple[int, Row]]:
    """Return what the store says, with each submission's id."""
    found = await evidence.current(
        session, round_id, FRAMEWORK, REFERENCE, applicants, everybody=everybody
    )
    kinds = [str(kind) for kind in Reporter]
    return [
        (
            int(found.id[at]),
            Row(
                applicants[found.applicant[at]],
                FRAMEWORK.measure_codes[found.measure[at]],
                kinds[found.kind[at]],
                EPOCH + timedelta(int(found.as_of[at])),
                float(found.value[at]),
            ),
        )
        for at in range(len(found.id))
    ]


async def write(
    session: AsyncSession, round_id: int, history: list[NewSubmission]
) -> dict[int, int]:
    """Append *history* in order and return who reported each submission, by id."""
    receipts = await services.record(await driver_of(session), round_id, history)
    return {
        receipt.id: said.reporter
        for receipt, said in zip(receipts, history, strict=True)
        if receipt.id is not None
    }


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=st.lists(statements(), max_size=40), some=st.sets(st.sampled_from(APPLICANTS)))
async def test_a_history_is_read_by_the_rules(
    round_id: int, sessions: Sessions, history: list[NewSubmission], some: set[str]
) -> None:
    """Latest date, then latest revision; what was taken back is gone; the future is not read."""
    async with sessions() as session:  # never committed: each example begins with nothing
        reporters = await write(session, round_id, history)
        whole = await read(session, round_id, APPLICANTS, everybody=True)
        part = await read(session, round_id, sorted(some), everybody=False)

    expected = standing(history)
    assert len(whole) == len(expected)
    assert {(reporters[identity], row) for identity, row in whole} == expected
    assert sorted(map(repr, part)) == sorted(
        repr((identity, row)) for identity, row in whole if row.applicant in some
    )


async def test_taking_back_the_latest_date_lets_the_one_before_count(
    round_id: int, sessions: Sessions
) -> None:
    def said(number: float | None, day: date) -> NewSubmission:
        reported = Reported(number=number)
        return NewSubmission("C1", make.STATIONS, 1, "source", day, reported, None, None, "r")

    june, may = date(2026, 6, 1), date(2026, 5, 1)
    async with sessions() as session:
        await write(session, round_id, [said(1, may), said(2, june), said(3, june)])
        before = await read(session, round_id, APPLICANTS, everybody=True)
        await write(session, round_id, [said(None, june)])
        after = await read(session, round_id, APPLICANTS, everybody=True)

    assert [row.value for _, row in before] == [3]
    assert [(row.as_of, row.value) for _, row in after] == [(may, 1)]
