"""Large answers are made in pieces, and others have their turn between them."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from api.http.kept import AT_ONCE, Rendering, joined, written
from api.rankings import scorecards
from shared.rankings.store import Lines
from shared.scoring.arrays import BoolArray
from shared.scoring.framework import Framework
from shared.scoring.points import maxima
from tests.fixtures import frameworks as make


async def test_a_large_answer_is_made_in_pieces() -> None:
    made = 0
    longest = 0

    def items() -> Iterator[dict[str, int]]:
        nonlocal made
        for at in range(AT_ONCE * 5 + 1):
            made += 1
            yield {"at": at}

    rendering = asyncio.create_task(Rendering().page({"a": 1}, items()))
    before = 0
    while not rendering.done():
        await asyncio.sleep(0)
        longest, before = max(longest, made - before), made

    assert json.loads(await rendering) == {
        "a": 1,
        "items": [{"at": at} for at in range(AT_ONCE * 5 + 1)],
    }
    assert longest <= AT_ONCE


async def test_the_lines_of_one_item_are_made_in_pieces_too() -> None:
    """An item of a large framework has thousands of them."""
    made = 0
    longest = 0

    def lines() -> Iterator[int]:
        nonlocal made
        for at in range(AT_ONCE * 3):
            made += 1
            yield at

    items = ({"at": at, "lines": lines(), "none": (each for each in "")} for at in range(2))
    rendering = asyncio.create_task(Rendering().page({"a": 1}, items))
    before = 0
    while not rendering.done():
        await asyncio.sleep(0)
        longest, before = max(longest, made - before), made

    item = {"lines": list(range(AT_ONCE * 3)), "none": []}
    assert json.loads(await rendering) == {"a": 1, "items": [{"at": at} | item for at in range(2)]}
    assert longest <= AT_ONCE


@pytest.mark.parametrize(("indicators", "together"), [(25, 20), (400, 1), (2_000, 1)])
async def test_what_is_in_force_is_worked_out_for_as_many_scores_as_have_so_many_lines(
    indicators: int, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    framework = make.framework([make.indicator(f"I{at}", full=4) for at in range(indicators)])
    now, zeros = datetime.now(UTC), [0] * indicators
    shares = [0.5] * indicators
    scores = [
        Lines(1, now, 0, 1.0, False, False, shares, shares, zeros, zeros)  # noqa: FBT003
        for _ in range(45)
    ]
    rows: list[int] = []

    def noted(framework: Framework, missing: BoolArray) -> Any:
        rows.append(len(missing))
        return maxima(framework, missing)

    monkeypatch.setattr(scorecards, "maxima", noted)
    following = scorecards.sheets(framework, scores)
    first = next(following)
    assert rows == [together]
    assert len([first, *following]) == len(scores)
    assert max(rows) == together
    assert scorecards.at_once(framework, with_lines=False) == together
    assert first.full == [4.0] * indicators


async def test_of_large_answers_one_is_made_at_a_time_and_small_ones_do_not_wait() -> None:
    rendering, under_way, most = Rendering(), set[int](), 0

    def items(of: int, count: int) -> Iterator[int]:
        nonlocal most
        for at in range(count):
            if at >= AT_ONCE:
                under_way.add(of)
                most = max(most, len(under_way))
            yield at
        under_way.discard(of)

    large = [asyncio.create_task(rendering.page({}, items(each, AT_ONCE * 9))) for each in range(3)]
    await asyncio.sleep(0)
    small = await rendering.page({}, items(9, 2))

    assert small == b'{"items":[0,1]}'
    assert not any(each.done() for each in large)
    await asyncio.gather(*large)
    assert most == 1


def test_two_objects_are_joined_to_one() -> None:
    assert joined(written({}), written({"b": 2})) == b'{"b":2}'
    assert joined(written({"a": "甲"}), written({"b": 2})) == '{"a":"甲","b":2}'.encode()
