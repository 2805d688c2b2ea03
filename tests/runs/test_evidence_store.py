"""What a run reads of a history, against a slow reading of the rules."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from shared.changes import consumed_store
from shared.database import Database, Session
from shared.database.database import driver_of
from shared.runs import evidence_store as evidence
from shared.runs.saying import statements as statements_of
from shared.runs.statements import follow, nothing
from shared.scoring.framework import MeasureType, ReporterKind
from shared.scoring.resolve import Evidence
from shared.submissions import recording as services
from shared.submissions import supposing
from shared.submissions.store import NATURAL_KEY, NewSubmission
from shared.submissions.supposing import LATER
from tests.fixtures.make import MARK, SCENES, STATIONS
from tests.runs.histories import APPLICANTS, FRAMEWORK, REFERENCE, statements
from tests.submissions.saying import said

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
    last_of_date = {NATURAL_KEY(each): each for each in history}
    counts: dict[tuple[str, str, int], NewSubmission] = {}
    for each in sorted(last_of_date.values(), key=lambda each: each.as_of):
        if each.as_of <= REFERENCE and each.reported.status != "withdrawn":
            counts[each.applicant, each.measure, each.reporter] = each
    return {
        (each.reporter, Row(each.applicant, each.measure, each.kind, each.as_of, _number(each)))
        for each in counts.values()
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
    session: Session,
    round_id: int,
    applicants: list[str],
    *,
    everybody: bool,
    supposed: list[NewSubmission] | None = None,
) -> list[tuple[int, Row]]:
    """Return what the store says, with each submission's id."""
    found = await evidence.current(
        session,
        round_id,
        FRAMEWORK,
        REFERENCE,
        applicants,
        everybody=everybody,
        supposed=None if supposed is None else supposing.supposed(supposed),
    )
    kinds = [str(kind) for kind in ReporterKind]
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


async def write(session: Session, round_id: int, history: list[NewSubmission]) -> dict[int, int]:
    """Append *history* in order, as a run took it in; return who reported each, by id."""
    receipts = await services.record(await driver_of(session), round_id, history)
    await session.execute(text("DELETE FROM submission_change"))
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
    round_id: int, owner: Database, history: list[NewSubmission], some: set[str]
) -> None:
    """Latest date, then latest revision; what was taken back is gone; the future is not read."""
    async with owner._sessions() as session:  # never committed: each example begins with nothing
        reporters = await write(session, round_id, history)
        whole = await read(session, round_id, APPLICANTS, everybody=True)
        part = await read(session, round_id, sorted(some), everybody=False)

    expected = standing(history)
    assert len(whole) == len(expected)
    assert {(reporters[identity], row) for identity, row in whole} == expected
    assert sorted(map(repr, part)) == sorted(
        repr((identity, row)) for identity, row in whole if row.applicant in some
    )


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    history=st.lists(statements(), max_size=20),
    waiting=st.lists(statements(), max_size=20),
    supposed=st.lists(statements(), unique_by=NATURAL_KEY, max_size=20),
    some=st.sets(st.sampled_from(APPLICANTS)),
)
async def test_what_is_supposed_is_read_as_if_it_were_recorded(
    round_id: int,
    owner: Database,
    history: list[NewSubmission],
    waiting: list[NewSubmission],
    supposed: list[NewSubmission],
    some: set[str],
) -> None:
    """Beside whatever waits; and what is recorded already is still the same row."""
    async with owner._sessions() as session:
        recorded = await write(session, round_id, history)
        recorded |= await write(session, round_id, waiting)
        whole = await read(session, round_id, APPLICANTS, everybody=True, supposed=supposed)
        part = await read(session, round_id, sorted(some), everybody=False, supposed=supposed)
        nothing = await read(session, round_id, APPLICANTS, everybody=True, supposed=[])
        assert nothing == await read(session, round_id, APPLICANTS, everybody=True)
        await write(session, round_id, supposed)
        then = await read(session, round_id, APPLICANTS, everybody=True)

    assert Counter(row for _, row in whole) == Counter(row for _, row in then)
    assert {identity for identity, _ in whole if identity < LATER} <= set(recorded)
    assert Counter(part) == Counter(each for each in whole if each[1].applicant in some)


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    before=st.lists(statements([STATIONS, SCENES]), min_size=20, max_size=50),
    since=st.lists(st.one_of(statements([STATIONS]), statements()), max_size=8),
    held=st.sets(st.sampled_from(APPLICANTS), min_size=2),
)
async def test_what_is_kept_and_what_was_said_since_come_to_a_full_reading(
    round_id: int,
    owner: Database,
    before: list[NewSubmission],
    since: list[NewSubmission],
    held: set[str],
) -> None:
    """Of whoever is still held, which all are who took nothing back and got no mark."""
    whom = np.array([at for at, code in enumerate(APPLICANTS) if code in held], np.int64)
    async with owner._sessions() as session:
        await write(session, round_id, before)
        about = session, round_id, FRAMEWORK, REFERENCE
        stood = await evidence.current(*about, sorted(held), everybody=False)
        await services.record(await driver_of(session), round_id, since)
        consumed = await consumed_store.consume(session, round_id)
        whole = await evidence.current(*about, APPLICANTS, everybody=True)

    kept = nothing((1, REFERENCE), len(APPLICANTS)).with_read(whom, stood)
    if consumed is not None:
        places = {code: at for at, code in enumerate(APPLICANTS)}
        said = statements_of(consumed.said, FRAMEWORK, REFERENCE, places, kept.holds)
        kept = follow(kept, said, np.array([FRAMEWORK.measure_codes.index(MARK)]))

    still = np.flatnonzero(kept.holds)
    found, expected = (each.of(still, len(APPLICANTS)) for each in (kept.statements, whole))
    assert in_order(found) == in_order(expected)
    unsure = {each.applicant for each in since if each.measure == MARK or taken_back(each)}
    assert {APPLICANTS[at] for at in still} >= held - unsure


def taken_back(each: NewSubmission) -> bool:
    """Say whether it says nothing, but takes back what was said."""
    return each.reported.status == "withdrawn"


def in_order(found: Evidence) -> list[tuple[float, ...]]:
    """Return the rows of *found* in the order of their ids."""
    rows = zip(*(column.tolist() for column in vars(found).values()), strict=True)
    return sorted(rows, key=lambda row: row[4])


async def test_taking_back_the_latest_date_lets_the_one_before_count(
    round_id: int, owner: Database
) -> None:
    june, may = date(2026, 6, 1), date(2026, 5, 1)
    async with owner._sessions() as session:
        await write(
            session, round_id, [said(1, as_of=may), said(2, as_of=june), said(3, as_of=june)]
        )
        before = await read(session, round_id, APPLICANTS, everybody=True)
        await write(session, round_id, [said(None, as_of=june)])
        after = await read(session, round_id, APPLICANTS, everybody=True)

    assert [row.value for _, row in before] == [3]
    assert [(row.as_of, row.value) for _, row in after] == [(may, 1)]


AS_A_FILE = text("""
    WITH logged AS (DELETE FROM submission_change RETURNING *)
    INSERT INTO submission_change (round, submission, last_submission, changes, request_id)
    SELECT round, min(submission), max(submission), count(*), 'file' FROM logged GROUP BY round
""")


@pytest.mark.parametrize("logged_as", ["rows", "a file"])
async def test_what_waits_for_the_next_run_is_not_read(
    logged_as: str, round_id: int, owner: Database
) -> None:
    """It may have landed after the run took in its changes, and is not among its inputs."""
    async with owner._sessions() as session:
        await write(session, round_id, [said(1)])
        await services.record(await driver_of(session), round_id, [said(2), said(3, "C2")])
        if logged_as == "a file":
            await session.execute(AS_A_FILE)
        found = await read(session, round_id, APPLICANTS, everybody=True)

        supposed = await read(session, round_id, APPLICANTS, everybody=True, supposed=[])

    assert [(row.applicant, row.value) for _, row in found] == [("C1", 1.0)]
    assert sorted((row.applicant, row.value) for _, row in supposed) == [("C1", 2), ("C2", 3)]
