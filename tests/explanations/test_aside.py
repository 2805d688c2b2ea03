"""Explanations take long where indicators are many: they hold up neither loop nor connections."""

import asyncio
import threading
from typing import Any

import pytest

from shared.explanations import document, text
from tests.fixtures.holding import Held, one_connection
from tests.fixtures.http import SCORES, mark
from tests.fixtures.make import World

EXPLANATION = f"{SCORES}/C1/explanation"


async def test_while_a_score_is_explained_others_have_the_connection(
    world: World, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch, document, "measures")
    await mark(world, C1=50)
    async with one_connection(world, url) as one:
        asked = asyncio.create_task(one.call("auditor", "GET", EXPLANATION))
        assert await asyncio.to_thread(held.begun.wait, 30)
        other = await one.call("auditor", "GET", SCORES)
        held.gate.set()
        assert [other.status_code, (await asked).status_code] == [200, 200]


@pytest.mark.parametrize("path", [EXPLANATION, f"{EXPLANATION}/text"])
async def test_explaining_takes_no_thread_that_others_wait_for(
    world: World, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []
    measures, render = document.measures, text.render

    def measured(*arguments: Any) -> Any:
        threads.append(threading.current_thread().name)
        return measures(*arguments)

    def rendered(*arguments: Any) -> str:
        threads.append(threading.current_thread().name)
        return render(*arguments)

    monkeypatch.setattr(document, "measures", measured)
    monkeypatch.setattr(text, "render", rendered)
    await mark(world, C1=50)

    assert (await world.call("auditor", "GET", path)).status_code == 200

    assert len(threads) == (1 if path == EXPLANATION else 2)
    assert all(each.startswith("explanation") for each in threads)
