"""What is computed while the database writes."""

import asyncio

import pytest

from shared.runs.computing import beside


async def test_what_is_written_beside_has_ended_before_anything_fails() -> None:
    """Else the rollback would meet a connection that is in use."""
    ended = list[str]()

    async def written() -> None:
        await asyncio.sleep(0.01)
        ended.append("written")

    with pytest.raises(ValueError, match="computed"):
        async with beside(written()):
            raise ValueError("computed")

    assert ended == ["written"]


async def test_what_cannot_be_written_is_raised_at_the_end() -> None:
    async def refused() -> None:
        raise OSError("refused")

    with pytest.raises(OSError, match="refused"):
        async with beside(refused()):
            await asyncio.sleep(0)


async def test_who_needs_what_is_written_can_wait_for_it() -> None:
    order = list[str]()

    async def written() -> None:
        order.append("written")

    async with beside(written()) as noted:
        await noted
        order.append("read")

    assert order == ["written", "read"]
