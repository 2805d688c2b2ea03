"""When a delivery is tried again, and in which order events are delivered."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.webhooks.delivery_store import Outstanding
from shared.webhooks.letters import Letter, in_order
from shared.webhooks.model import LONGEST_WAIT, Patience

SECOND = timedelta(seconds=1)


@given(st.integers(1, 10_000), st.integers(1, 3_600_000))
def test_each_wait_is_twice_the_one_before_and_bounded(failures: int, milliseconds: int) -> None:
    patience = Patience(timedelta(milliseconds=milliseconds), 20)
    longest = [patience.wait(failures + more, lambda _, most: most) for more in (0, 1)]

    assert longest[1] == min(2 * longest[0], LONGEST_WAIT)
    assert longest[0] / 2 <= patience.wait(failures) <= longest[0] <= LONGEST_WAIT


def lane(kind: str, seconds: list[int]) -> list[Letter]:
    """Return letters of one kind that happened then."""
    at = Outstanding(1, "R", kind, 0, 100)  # type: ignore[arg-type]
    began = datetime(2026, 11, 3, tzinfo=UTC)
    return [
        Letter(began + second * SECOND, f"{kind}-{place}", at, place, b"")
        for place, second in enumerate(seconds)
    ]


lanes = st.lists(st.tuples(st.lists(st.integers(0, 50), max_size=8).map(sorted), st.booleans()))


@given(lanes)
def test_letters_come_in_order_and_none_before_one_that_was_not_read(
    given_lanes: list[tuple[list[int], bool]],
) -> None:
    """Nothing is skipped: of each kind the letters are the first ones."""
    found = [lane(str(place), seconds) for place, (seconds, _) in enumerate(given_lanes)]
    more = [bool(seconds) and unread for seconds, unread in given_lanes]

    told = in_order(found, more)

    assert told == sorted(told, key=lambda each: each.recorded_at)
    for place, letters in enumerate(found):
        of_lane = [each for each in told if each.at.kind == str(place)]
        assert of_lane == letters[: len(of_lane)]
    unread = [letters[-1].recorded_at for letters, rest in zip(found, more, strict=True) if rest]
    if unread:
        assert told[-1].recorded_at <= min(unread)
    else:
        assert len(told) == sum(map(len, found))
