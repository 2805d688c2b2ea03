"""Marks changed after sight: what is flagged and refused, against what the policy let be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import text

from shared.adjudications import store as adjudications
from shared.core.principal import Principal, Role
from shared.database import Database, Session
from shared.database.database import driver_of
from shared.explanations.sight import revised_after_sight
from shared.explanations.verdicts import Statement
from shared.runs import evidence_store as evidence
from shared.scoring.document import reader as document
from shared.scoring.framework import ADJUDICATOR, ReporterKind
from shared.submissions import list_store as submissions
from shared.submissions import recording
from shared.submissions.list_store import Asked
from shared.submissions.standing import REFERENCE_DATE, standing
from shared.submissions.store import NewSubmission, Receipt
from shared.submissions.values import Reported
from shared.visibility import reach_of
from tests.fixtures.make import MARK
from tests.panels.experts import framework_of_panels

FRAMEWORK = document.read(framework_of_panels())
REFERENCE = date(2026, 6, 30)
CODES = ["C1", "C2"]
EXPERTS = (4, 5)
KINDS = dict.fromkeys(EXPERTS, str(ReporterKind.EXPERT)) | {6: ADJUDICATOR}

examples = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

Mark = tuple[str, int]
"""An applicant and an expert."""


@st.composite
def statements(draw: st.DrawFn) -> NewSubmission:
    """Draw one thing that is said of a measure with a panel, or taken back."""
    reporter = draw(st.sampled_from([*EXPERTS, *EXPERTS, 6]))
    return NewSubmission(
        applicant=draw(st.sampled_from([CODES[0], *CODES])),
        measure=MARK,
        reporter=reporter,
        kind=KINDS[reporter],
        as_of=REFERENCE + timedelta(draw(st.integers(-1, 1))),
        reported=Reported(number=draw(st.sampled_from([None, 0.0, 20.0, 40.0]))),
        reference=None,
        comment=None,
        request_id="r",
    )


histories = st.lists(statements(), min_size=6, max_size=16)


@dataclass
class Watched:
    """What each expert stands by now, and stood by when the policy first let it read another's."""

    now: dict[Mark, float]
    blind: dict[Mark, float]

    def revised(self) -> set[Mark]:
        """Return whose mark stands and is not the one that was given blind."""
        return {mark for mark, number in self.now.items() if self.blind.get(mark, number) != number}

    def changed(self) -> set[Mark]:
        """Return whose mark is not the one that was given blind, or gone."""
        return {mark for mark, number in self.blind.items() if self.now.get(mark) != number}


async def watch(session: Session, round_id: int, watched: Watched) -> None:
    """Look what each expert can read at this moment."""
    stands = await session.execute(text(standing(":round", REFERENCE_DATE)), {"round": round_id})
    watched.now = {
        (each.applicant, each.reporter): each.number for each in stands if each.reporter in EXPERTS
    }
    for expert in EXPERTS:
        reader = Principal(expert, "", Role.EXPERT, applicants=None, measures=None)
        seen = await submissions.page(session, round_id, 0, 1000, Asked(reach_of(reader)))
        for each in seen:
            mark = (each.applicant, expert)
            if each.reporter != expert and each.reported.number is not None:
                watched.blind.setdefault(mark, watched.now[mark])


async def say(
    session: Session, round_id: int, history: Sequence[NewSubmission]
) -> tuple[Watched, list[Receipt]]:
    """Append *history* one by one and watch."""
    more = "INSERT INTO reporter (id, name, role) VALUES (6, 'six', 'admin')"
    await session.execute(text(more))
    driver = await driver_of(session)
    watched, receipts = Watched({}, {}), list[Receipt]()
    for each in history:
        receipts += await recording.record(driver, round_id, [each])
        await watch(session, round_id, watched)
    await session.execute(text("DELETE FROM submission_change"))
    return watched, receipts


async def explained(session: Session, round_id: int) -> set[Mark]:
    """Ask the reading of the record that explanations have."""
    query = text("""
        SELECT applicant, id, reporter, kind, as_of, revision, number FROM submission
        WHERE round = :round
    """)
    said: Mapping[str, list[Statement]] = {code: [] for code in CODES}
    for applicant, *row in await session.execute(query, {"round": round_id}):
        said[applicant].append(Statement(*row))
    return {
        (code, expert)
        for code, each in said.items()
        for expert in revised_after_sight(FRAMEWORK.measures[MARK], each, REFERENCE)
    }


async def read(session: Session, round_id: int, *, everybody: bool) -> set[Mark]:
    """Ask what a run reads."""
    found = await evidence.current(
        session, round_id, FRAMEWORK, REFERENCE, CODES, everybody=everybody
    )
    query = text("SELECT applicant, reporter FROM submission WHERE round = :round AND id = :id")
    rows = [
        (await session.execute(query, {"round": round_id, "id": int(identity)})).one()
        for identity in found.id[found.revised]
    ]
    return {(applicant, reporter) for applicant, reporter in rows}


@examples
@given(history=histories)
async def test_a_mark_is_flagged_if_another_could_be_read_before_it_was_changed(
    round_id: int, owner: Database, history: list[NewSubmission]
) -> None:
    """Runs, explanations and adjudications say the same, and what the policy made possible."""
    async with owner._sessions() as session:  # never committed: each example begins with nothing
        watched, _ = await say(session, round_id, history)
        whole = await read(session, round_id, everybody=True)
        part = await read(session, round_id, everybody=False)
        told = await explained(session, round_id)
        lines = await adjudications.page(
            session, round_id, [(MARK, -1.0)], ["open", "settled"], ("", ""), 1000
        )

    assert whole == part == told == watched.revised()
    shown = {
        (line.applicant, expert)
        for line in lines
        for expert, revised in zip(line.experts, line.revised, strict=True)
        if revised
    }
    assert shown == watched.revised()


@examples
@given(history=histories)
async def test_what_would_be_flagged_is_refused_where_the_panel_says_so(
    round_id: int, owner: Database, history: list[NewSubmission]
) -> None:
    """And nothing else: the rest of the history is taken as if it had never been said."""
    bound = [replace(each, keeps_blind=each.kind == ReporterKind.EXPERT) for each in history]
    async with owner._sessions() as session:
        watched, receipts = await say(session, round_id, bound)
        ids = set((await session.scalars(text("SELECT id FROM submission"))).all())

    assert not watched.changed()
    kept = [
        each
        for each, receipt in zip(history, receipts, strict=True)
        if receipt.result != "revised-after-sight"
    ]
    assert {each.id for each in receipts} - {None} == ids
    async with owner._sessions() as session:
        again, results = await say(session, round_id, kept)
        assert again == watched
        assert [each.result for each in results] == [
            each.result for each in receipts if each.result != "revised-after-sight"
        ]


@examples
@given(history=histories)
async def test_a_refused_mark_would_have_been_changed_after_sight(
    round_id: int, owner: Database, history: list[NewSubmission]
) -> None:
    """Each refusal is owed to the very mark: without the setting it would be changed then."""
    bound = [replace(each, keeps_blind=each.kind == ReporterKind.EXPERT) for each in history]
    async with owner._sessions() as session:
        _, receipts = await say(session, round_id, bound)
    before = list[NewSubmission]()
    for each, receipt in zip(history, receipts, strict=True):
        if receipt.result == "revised-after-sight":
            async with owner._sessions() as session:
                watched, _ = await say(session, round_id, [*before, each])
            assert (each.applicant, each.reporter) in watched.changed()
        else:
            before.append(each)


async def test_a_run_compares_marks_that_it_took_in_and_no_others(
    round_id: int, owner: Database
) -> None:
    """Else the mark that stands would be compared with one that is not yet told, and then gone."""

    def mark(reporter: int, value: float | None, days: int = 0) -> NewSubmission:
        as_of, reported = REFERENCE - timedelta(days), Reported(number=value)
        return replace(FIRST, reporter=reporter, as_of=as_of, reported=reported)

    async with owner._sessions() as session:
        await say(session, round_id, [mark(4, 20, days=1)])
        driver = await driver_of(session)
        for each in (mark(4, 40), mark(5, 0), mark(4, None)):
            await recording.record(driver, round_id, [each])
        waiting = [await read(session, round_id, everybody=each) for each in (True, False)]
        await session.execute(text("DELETE FROM submission_change"))
        taken_in = [await read(session, round_id, everybody=each) for each in (True, False)]

    assert waiting == [set(), set()]
    assert taken_in == [{("C1", 4)}, {("C1", 4)}]


FIRST = NewSubmission(
    applicant="C1",
    measure=MARK,
    reporter=4,
    kind=KINDS[4],
    as_of=REFERENCE,
    reported=Reported(number=20.0),
    reference=None,
    comment=None,
    request_id="r",
)
