"""Many readers at once: what does not depend on who asks is worked out once."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from api.diagnostics.schemas import DiagnosticsOut
from api.explanations.schemas import ExplanationOut
from api.rankings import pages
from api.rankings.schemas import HistoryPage, RankingOut, ScorecardOut
from api.rankings.scorecards import score
from shared.core.flights import AT_ONCE, Flights
from shared.explanations import store as explanations
from shared.rankings import service as rankings
from shared.rankings import store as standings
from shared.rankings.ranking import ranked
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


async def test_who_waited_for_the_same_goes_on_a_few_at_a_time() -> None:
    """Others have their turn in between, however much each has to send."""
    flights, turn, went_on = Flights[int](), 0, list[int]()

    async def work() -> int:
        return 1

    async def wait() -> None:
        await flights.share("key", work)
        went_on.append(turn)

    waiting = [asyncio.create_task(wait()) for _ in range(3 * AT_ONCE + 1)]
    while len(went_on) < len(waiting):
        turn += 1
        await asyncio.sleep(0)

    assert max(Counter(went_on).values()) == AT_ONCE


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
    read = model.model_validate_json(answer.content)
    assert answer.json() == read.model_dump(mode="json", exclude_unset=True)
