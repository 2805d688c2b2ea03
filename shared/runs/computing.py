"""Where a run computes: in a thread, unless going there and back takes longer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, ParamSpec, TypeVar

FEW = 100
LITTLE = 100_000
"""So few changes among so little are computed at once: the loop stands still for 3 ms, for 15 ms
where all is computed anew. A hop to a thread takes a quarter of a millisecond."""

Given = ParamSpec("Given")
Found = TypeVar("Found")


async def computed(
    changes: int,
    numbers: int,
    compute: Callable[Given, Found],
    *args: Given.args,
    **kwargs: Given.kwargs,
) -> Found:
    """Return what *compute* makes of the arguments: so many *changes* among so many *numbers*."""
    if changes <= FEW and numbers <= LITTLE:
        return compute(*args, **kwargs)
    return await asyncio.to_thread(compute, *args, **kwargs)


@asynccontextmanager
async def beside(writing: Coroutine[Any, Any, None]) -> AsyncIterator[Awaitable[None]]:
    """Compute while the database is *writing*, which has ended at the end.

    A connection hears one at a time: who asks for more before must await what this gives.
    """
    written = asyncio.create_task(writing)
    try:
        yield written
    finally:
        await written
