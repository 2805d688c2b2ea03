"""What would become of submissions is what then becomes of them."""

from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import text

from shared.database import Database
from shared.database.database import driver_of
from shared.previews import service as previews
from shared.submissions import recording
from shared.submissions.store import NATURAL_KEY, NewSubmission
from shared.submissions.values import Reported
from tests.runs.histories import statements

TIE = text("""
    INSERT INTO conflict (round, reporter, applicant, state, reason)
    VALUES (:round, 4, 'C2', 'declared', 'cousins')
""")


MOMENTS = [datetime(2026, 7, day, tzinfo=UTC) for day in (1, 2)]


@st.composite
def doubted(draw: st.DrawFn) -> NewSubmission:
    """Draw what is said with a moment, a doubt and a confirmation, now and then."""
    each = draw(statements())
    return replace(
        each,
        reported_at=draw(st.sampled_from([None, None, *MOMENTS])),
        doubt=draw(st.sampled_from([None, None, "above-plausible"])),
        factor=draw(st.sampled_from([None, 2.0])),
        confirmed_by=draw(st.sampled_from([None, each.reporter])),
    )


@st.composite
def files(draw: st.DrawFn) -> list[NewSubmission]:
    """Draw what a file says: nothing twice, of somebody unknown too, and with expectations."""
    rows = draw(st.lists(doubted(), unique_by=NATURAL_KEY, max_size=20))
    return [
        replace(
            each,
            applicant=draw(st.sampled_from([each.applicant] * 9 + ["NOBODY"])),
            expected_revision=draw(st.sampled_from([None, None, None, 0, 1, 2])),
            keeps_blind=each.is_mark and draw(st.booleans()),
        )
        for each in rows
    ]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=st.lists(doubted(), max_size=30), file=files(), tied=st.booleans())
async def test_every_row_is_judged_as_it_then_is_recorded(
    round_id: int,
    owner: Database,
    history: list[NewSubmission],
    file: list[NewSubmission],
    tied: bool,  # noqa: FBT001 -- hypothesis calls
) -> None:
    """Marks bound to what was given blind, ties, expected revisions, what is held: all of it."""
    async with owner._sessions() as session:  # never committed: each example begins with nothing
        driver = await driver_of(session)
        before = await recording.record(driver, round_id, history)
        if tied:
            await session.execute(TIE, {"round": round_id})
        judged = await previews.judge(driver, round_id, file)
        receipts = await recording.record(driver, round_id, file)

    stands = {
        NATURAL_KEY(said): said.reported
        for said, receipt in zip(history, before, strict=True)
        if receipt.adds
    }
    for row, each, receipt in zip(file, judged, receipts, strict=True):
        known = each.receipt.id
        assert each.receipt == replace(receipt, id=known)
        assert known == receipt.id or (known is None and receipt.result != "unchanged")
        assert each.stands == stands.get(NATURAL_KEY(row), Reported())
