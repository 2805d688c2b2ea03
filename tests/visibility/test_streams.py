"""Streams of two rounds that differ in marks alone that an expert must not know are alike to it."""

import re

import pytest

from shared.database import Database
from tests.fixtures.make import MARK, World
from tests.live.listening import gateway, listen
from tests.panels.experts import open_panel

TIMES = re.compile(rb'"recorded_at":"[^"]*"')


@pytest.mark.parametrize("expert", ["anna", "boris"])
async def test_an_expert_cannot_tell_hidden_marks_from_what_it_is_sent(
    world: World, owner: Database, url: str, expert: str
) -> None:
    """Neither where marks move places nor where they move nobody; resumed, and as it happens."""
    streams = []
    async with gateway(url) as served:
        for number, hidden in enumerate(((20.0, 30.0), (90.0, 30.0))):
            panel = await open_panel(world, owner, f"PANEL{number}", {"min_max": {}})
            path = f"/v1{panel.path}/events"
            live = await listen(served, world.headers[expert], path=path)
            begin = live.last_id
            await panel.mark("anna", "C1", 62, MARK)
            await panel.world.recompute()
            for at, value in zip(("C2", "P1"), hidden, strict=True):
                await panel.mark("boris", at, value, MARK)
            await panel.world.recompute()
            told = await live.happenings(2)
            again = await listen(served, world.headers[expert], begin, path)
            assert [each.raw for each in await again.happenings(2)] == [each.raw for each in told]
            raw = b"\n\n".join(each.raw for each in told).replace(panel.code.encode(), b"")
            streams.append(TIMES.sub(b"", raw))

    assert streams[0] == streams[1]
    assert b"moved" not in streams[0]
