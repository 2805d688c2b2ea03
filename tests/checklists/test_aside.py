"""Checklists of large frameworks take long: they hold up neither loop nor connections."""

import asyncio

import pytest

from shared.checklists import service
from tests.fixtures.holding import Held, one_connection
from tests.fixtures.http import SCORES
from tests.fixtures.make import ROUND, World
from tests.web.signed_in import see

CHECKLIST = f"/rounds/{ROUND}/entries/C1/checklist"


async def test_while_a_checklist_is_made_others_have_loop_and_connection(
    world: World, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The interface's and the board's alike."""
    held = Held(monkeypatch, service, "checklist")
    async with one_connection(world, url) as one:
        assert (await see(one, "portal")).status_code == 200
        listed = asyncio.create_task(one.call("auditor", "GET", CHECKLIST))
        shown = asyncio.create_task(see(one, "portal", "work", "applicants", "C1"))
        assert await asyncio.to_thread(held.begun.wait, 30)
        assert (await one.call("auditor", "GET", SCORES)).status_code == 200
        held.gate.set()
        assert [(await each).status_code for each in (listed, shown)] == [200, 200]
    assert len(held.threads) == 2
    assert all(each.startswith("explanation") for each in held.threads)
