"""Whatever is said in whatever order, what is set aside is never among what stands."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import text

from shared.database import Database
from shared.database.database import driver_of
from shared.submissions import recording
from shared.submissions.standing import standing
from shared.submissions.store import NewSubmission
from tests.submissions.saying import said

REFERENCE = date(2026, 6, 30)
FACTOR = 3
NUMBERS = [None, 0.0, 1.0, 2.0, 7.0, 50.0]

Key = tuple[str, date]


@st.composite
def statements(draw: st.DrawFn) -> NewSubmission:
    """Draw a count that may be implausible, may be confirmed, and may say when it was said."""
    hour = draw(st.none() | st.integers(0, 3))
    day = REFERENCE + timedelta(draw(st.integers(-1, 1)))
    return replace(
        said(draw(st.sampled_from(NUMBERS)), draw(st.sampled_from(["C1", "C2"])), as_of=day),
        doubt=draw(st.sampled_from([None, None, None, "above-plausible"])),
        factor=draw(st.sampled_from([None, FACTOR])),
        confirmed_by=draw(st.sampled_from([None, None, 1])),
        reported_at=None if hour is None else datetime(2026, 7, 1, hour, tzinfo=UTC),
    )


def counting(history: Sequence[NewSubmission]) -> dict[str, float]:
    """Say what stands of each applicant, by the rules as they are written for people."""
    counts: dict[Key, NewSubmission] = {}
    awaits: dict[Key, float | None] = {}
    for item in history:
        key, number = (item.applicant, item.as_of), item.reported.number
        stands = counts.get(key)
        if stands and stands.reported.number == number:
            continue
        if stands and is_late(item, stands):
            continue
        confirmed = item.confirmed_by and key in awaits and awaits[key] == number
        if is_implausible(item, counts) and not confirmed:
            awaits[key] = number
            continue
        counts[key] = item
        awaits.pop(key, None)
    found: dict[str, float] = {}
    for (applicant, day), item in sorted(counts.items(), key=lambda each: each[0]):
        if day <= REFERENCE and item.reported.number is not None:
            found[applicant] = item.reported.number
    return found


def is_late(item: NewSubmission, stands: NewSubmission) -> bool:
    """Say whether its source said what stands afterwards."""
    if item.reported_at is None or stands.reported_at is None:
        return False
    return item.reported_at < stands.reported_at


def is_implausible(item: NewSubmission, counts: dict[Key, NewSubmission]) -> bool:
    """Say whether a number is doubted, or too far from the one of the latest date before."""
    number = item.reported.number
    if number is None or item.doubt or item.factor is None:
        return number is not None and item.doubt is not None
    days = [day for applicant, day in counts if applicant == item.applicant and day <= item.as_of]
    before = counts[item.applicant, max(days)].reported.number if days else None
    return bool(before) and (number > before * FACTOR or before > number * FACTOR)  # type: ignore[operator]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=st.lists(statements(), min_size=5, max_size=25))
async def test_what_stands_is_what_the_rules_let_count(
    round_id: int, owner: Database, history: list[NewSubmission]
) -> None:
    query = f"SELECT applicant, number FROM ({standing(':round', ':reference_date')}) AS s"  # noqa: S608
    parameters = {"round": round_id, "reference_date": REFERENCE}
    async with owner._sessions() as session:  # never committed: each example begins with nothing
        for item in history:  # in one call they would not be compared with each other
            await recording.record(await driver_of(session), round_id, [item])
        stands = {
            row.applicant: row.number for row in await session.execute(text(query), parameters)
        }
        both = "SELECT count(*) FROM submission JOIN submission_aside USING (round, id)"
        assert (await session.scalars(text(both))).one() == 0

    assert stands == counting(history)
