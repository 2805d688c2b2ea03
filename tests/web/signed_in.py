"""One who is signed in, and asks for pages."""

from typing import Any

import httpx

from tests.fixtures.make import ROUND, World
from web.access import COOKIE

BOARD = f"http://gateway/board/rounds/{ROUND}"


async def see(
    world: World, role: str, *path: str, more: dict[str, str] | None = None, **query: Any
) -> httpx.Response:
    """Ask for a page of the round as who is signed in with the key of *role*."""
    key = world.headers[role]["Authorization"].removeprefix("Bearer ")
    headers = {"Cookie": f"{COOKIE}={key}"} | (more or {})
    return await world.client.get("/".join([BOARD, *path]), params=query, headers=headers)
