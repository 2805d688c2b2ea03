"""Noted requests in memory: nothing is lost uncounted, and a flood becomes few rows."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.audit.requests import (
    MOST_OF_ONE,
    MOST_TRIED,
    MOST_WAITING,
    ONE_BY_ONE,
    WINDOW_SECONDS,
    Extent,
    Gathered,
    Noted,
    Row,
)

AT = datetime(2026, 1, 1, tzinfo=UTC)


def refused(address: str = "10.0.0.1", key: int | None = None, path: str = "/v1/keys") -> Noted:
    """Return a request that was refused."""
    return Noted(
        actor="",
        key=key,
        role=None,
        sha256=None,
        method="GET",
        path=path,
        status=401 if key is None else 403,
        problem="/problems/unauthorized",
        address=address,
        round=None,
        request_id="tests",
        at=AT,
    )


CALLS = st.lists(
    st.tuples(
        st.sampled_from(["10.0.0.1", "10.0.0.2"]),
        st.sampled_from([None, 1, 2]),
        st.floats(0, WINDOW_SECONDS),
    ),
    max_size=60,
)


@given(calls=CALLS, failing=st.sets(st.integers(0, 60)))
def test_whatever_is_noted_is_counted_once(
    calls: list[tuple[str, int | None, float]], failing: set[int]
) -> None:
    gathered, now, counted = Gathered(), 0.0, 0
    for number, (address, key, pause) in enumerate(calls):
        now += pause
        gathered.note(refused(address, key), now)
        rows = gathered.take(now)
        if number in failing:
            gathered.give_back(rows)
        else:
            counted += sum(row.count for row in rows)
    gathered.sum_up(now)

    assert counted + sum(row.count for row in gathered.take(now)) == len(calls)


def test_requests_that_are_alike_become_few_rows_of_which_the_last_counts_the_others() -> None:
    gathered = Gathered()
    for _ in range(1_000):
        gathered.note(refused(), 0)
    gathered.note(refused(path="/v1/rounds"), 0)

    assert [row.extent for row in gathered.take(WINDOW_SECONDS - 1)] == [Extent.REQUEST] * 4
    assert gathered.take(WINDOW_SECONDS) == [Row(Extent.ALIKE, 1_000 - ONE_BY_ONE, refused())]


def test_of_keys_that_are_tried_in_a_flood_so_many_are_remembered() -> None:
    gathered, tried = Gathered(), [bytes([number]) for number in range(MOST_TRIED + 50)]
    for each in (*tried, *tried):
        gathered.note(replace(refused(), sha256=each), 0)
    gathered.sum_up(1)

    rows = gathered.take(1)
    remembered = frozenset(tried[ONE_BY_ONE : ONE_BY_ONE + MOST_TRIED])
    assert [row.tried for row in rows] == [*({each} for each in tried[:ONE_BY_ONE]), remembered]


def test_whoever_comes_with_tokens_is_counted_apart_from_others_who_do() -> None:
    gathered = Gathered()
    ours, theirs = (replace(refused(key=0), actor=actor) for actor in ("ours", "theirs"))
    for each in (ours, ours, ours, theirs, ours):
        gathered.note(each, 0)
    gathered.sum_up(1)

    assert gathered.take(1)[-1] == Row(Extent.ALIKE, 1, ours)


def test_many_strangers_do_not_fill_the_disk_nor_hide_who_has_a_key() -> None:
    gathered = Gathered()
    for number in range(5_000):
        gathered.note(refused(f"10.0.{number // 256}.{number % 256}"), 0)
    gathered.note(refused(key=7), 0)
    gathered.sum_up(1)
    rows = gathered.take(1)

    assert len(rows) == MOST_OF_ONE + 2
    assert [row.noted.key for row in rows if row.noted and row.noted.key] == [7]
    assert rows[-1] == Row(Extent.ALIKE, 5_000 - MOST_OF_ONE, refused(address=""))


@given(
    flood=st.lists(st.integers(0, 300), max_size=400),
    statuses=st.sets(st.sampled_from([403, 404, 429]), min_size=1),
)
def test_no_flood_of_a_key_hides_which_operation_it_was_refused(
    flood: list[int], statuses: set[int]
) -> None:
    """Nor whose refusal it was, whatever rounds were named meanwhile by itself and by others."""
    gathered = Gathered()
    for number in flood:
        for status in statuses:
            made_up = replace(refused(key=number % 3 + 1), status=status, round=f"R{number}")
            gathered.note(made_up, 0)
    probed = replace(refused(key=2, path="/v1/audit/events"), round="R2026")
    gathered.note(probed, 0)
    gathered.sum_up(1)

    rows = gathered.take(1)
    told = [row for row in rows if row.noted and row.noted.path == probed.path]
    assert [(row.count, row.noted and row.noted.key) for row in told] == [(1, 2)]
    assert not any(row.extent is Extent.OTHERS for row in rows)
    assert len(rows) <= 3 * len(statuses) * (MOST_OF_ONE * (ONE_BY_ONE + 1) + 2)


def test_what_waits_for_a_lost_database_is_bounded_and_what_is_given_up_is_told() -> None:
    gathered, sent = Gathered(), 0
    for window in range(50):
        for key in range(1, 201):
            gathered.note(refused(key=key), window * WINDOW_SECONDS)
            sent += 1
        gathered.give_back(gathered.take(window * WINDOW_SECONDS))
        assert len(gathered.waiting) <= MOST_WAITING

    rows = gathered.take(50 * WINDOW_SECONDS)

    assert len(rows) == MOST_WAITING + 1
    assert rows[-1] == Row(Extent.LOST, sent - MOST_WAITING)
    assert all(first.extent is Extent.REQUEST for first, _ in pairwise(rows))
