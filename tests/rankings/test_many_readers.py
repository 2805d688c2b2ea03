"""Many readers at once: what does not depend on who asks is worked out once, and in pieces."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from api.diagnostics.schemas import DiagnosticsOut
from api.explanations.schemas import ExplanationOut
from api.http.kept import AT_ONCE, Rendering, joined, written
from api.rankings import pages, scorecards
from api.rankings.schemas import HistoryPage, RankingOut, ScorecardOut
from api.rankings.scorecards import score
from shared.core.flights import Flights
from shared.explanations import store as explanations
from shared.rankings import service as rankings
from shared.rankings import store as standings
from shared.rankings.ranking import ranked
from shared.rankings.store import Lines
from shared.scoring.arrays import BoolArray
from shared.scoring.framework import Framework
from shared.scoring.points import maxima
from tests.fixtures import frameworks as make
from tests.fixtures.http import SCORES, mark, problem, soon
from tests.fixtures.make import World

READERS = 12


class Held:
    """A function that is counted, and kept from ending until *gate* is open."""

    def __init__(self, of: Callable[..., Any]) -> None:
        """Stand before *of*."""
        self._of = of
        self.calls: list[Any] = []
        self.begun, self.gate = asyncio.Event(), asyncio.Event()

    async def __call__(self, *arguments: Any) -> Any:
        """Begin, wait for the gate, and call."""
        self.calls.append(arguments)
        self.begun.set()
        await self.gate.wait()
        return await self._of(*arguments)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Held:
    """Give the reading of a page's lines, held up."""
    held = Held(standings.lines)
    monkeypatch.setattr(standings, "lines", held)
    return held


async def test_a_page_is_rendered_once_for_all_who_ask_meanwhile(world: World, lines: Held) -> None:
    await mark(world, C1=50, C2=60)
    readers = [asyncio.create_task(world.call("auditor", "GET", SCORES)) for _ in range(READERS)]
    await soon(lines.begun)
    lines.gate.set()

    answers = await asyncio.gather(*readers)

    assert len(lines.calls) == 1
    assert {each.status_code for each in answers} == {200}
    assert len({each.content for each in answers}) == 1


async def test_a_reader_who_leaves_fails_nobody_though_it_asked_first(
    world: World, lines: Held
) -> None:
    await mark(world, C1=50)
    first = asyncio.create_task(world.call("auditor", "GET", SCORES))
    await soon(lines.begun)
    others = [asyncio.create_task(world.call("auditor", "GET", SCORES)) for _ in range(READERS)]
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    lines.gate.set()

    assert {each.status_code for each in await asyncio.gather(*others)} == {200}
    assert len(lines.calls) == 1


async def test_what_fails_fails_for_all_who_wait_and_is_tried_anew_by_the_next() -> None:
    flights, gate, tried = Flights[int](), asyncio.Event(), 0

    async def work() -> int:
        nonlocal tried
        tried += 1
        await gate.wait()
        if tried == 1:
            raise LookupError
        return tried

    waiting = [asyncio.create_task(flights.share("key", work)) for _ in range(3)]
    await asyncio.sleep(0)
    gate.set()

    failed = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(each) for each in failed] == [LookupError] * 3
    assert await flights.share("key", work) == 2


async def test_a_ranking_is_worked_out_once_and_off_the_event_loop(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mark(world, C1=50, C2=60)
    threads: list[threading.Thread] = []

    def noted(*arguments: Any) -> Any:
        threads.append(threading.current_thread())
        return ranked(*arguments)

    monkeypatch.setattr(rankings, "ranked", noted)
    paths = [f"{SCORES}/C1", f"{SCORES}/C2", SCORES, f"{SCORES}/C1/explanation"] * 3

    answers = await asyncio.gather(*(world.call("auditor", "GET", path) for path in paths))

    assert {each.status_code for each in answers} == {200}
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


async def test_a_scorecard_is_rendered_once_for_a_run_and_says_how_fresh_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mark(world, C1=50)
    rendered = []

    def noted(*arguments: Any, **options: Any) -> Any:
        rendered.append(arguments)
        return score(*arguments, **options)

    monkeypatch.setattr(pages, "score", noted)
    current = await world.card("C1")
    await world.submit("expert", "C1", "policy", 60)
    stale = await world.card("C1")

    assert len(rendered) == 1
    assert (current["state"], stale["state"]) == ("current", "recomputing")
    assert current["total"] == stale["total"]
    await world.recompute()
    assert (await world.card("C1"))["total"] != current["total"]


async def test_a_kept_scorecard_is_shown_to_no_expert_who_has_yet_to_mark(world: World) -> None:
    await mark(world, C1=50)
    for _ in range(2):
        whole = await world.card("C1")
        alone = (await world.call("expert", "GET", f"{SCORES}/C1")).json()
        assert whole["cohort_size"] is not None
        assert (alone["rank"], alone["cohort_size"], alone["tied"]) == (None, None, None)
        refused = await world.call("expert", "GET", f"{SCORES}/C2")
        problem(refused, 409, "marks-outstanding")


async def test_a_cohort_is_read_once_for_all_explanations_of_a_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mark(world, C1=50, C2=60)
    held = Held(explanations.cohort)
    held.gate.set()
    monkeypatch.setattr(explanations, "cohort", held)

    async def explain() -> list[Any]:
        asked = (
            world.call("auditor", "GET", f"{SCORES}/{each}/explanation") for each in ("C1", "C2")
        )
        return [each.json() for each in await asyncio.gather(*asked)]

    first, second = await explain(), await explain()
    assert first == second
    assert len(held.calls) == 1
    await mark(world, C1=70)
    assert await explain() != first
    assert len(held.calls) == 2


MODELS: list[tuple[str, type[BaseModel]]] = [
    ("/C1", ScorecardOut),
    ("/C1/history?include=lines", HistoryPage),
    ("/C1/history", HistoryPage),
    ("/C1/explanation", ExplanationOut),
    ("?include=lines", RankingOut),
    ("/../diagnostics", DiagnosticsOut),
]


@pytest.mark.parametrize(("path", "model"), MODELS)
async def test_what_is_written_directly_is_what_the_contract_describes(
    world: World, path: str, model: type[BaseModel]
) -> None:
    await mark(world, C1=50)
    await mark(world, C1=60)

    answer = await world.call("auditor", "GET", f"{SCORES}{path}")

    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == model.model_validate_json(answer.content).model_dump(mode="json")


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
