"""One who is signed in, and asks for pages."""

from typing import Any

import httpx

from tests.fixtures.make import ROUND, World
from web.cookies import SECURE

BOARD = f"http://gateway/board/rounds/{ROUND}"
OURS = {"Sec-Fetch-Site": "same-origin"}


async def see(
    world: World, role: str, *path: str, more: dict[str, str] | None = None, **query: Any
) -> httpx.Response:
    """Ask for a page of the round as who is signed in with the key of *role*."""
    headers = await cookie(world, role) | (more or {})
    return await world.client.get("/".join([BOARD, *path]), params=query, headers=headers)


async def cookie(world: World, role: str) -> dict[str, str]:
    """Return the header that carries the session of *role*, which begins with the first request."""
    name = f"{role}, signed in"
    if name not in world.headers:
        key = world.headers[role]["Authorization"].removeprefix("Bearer ")
        answer = await world.client.post(
            "http://gateway/board/sign-in", data={"key": key}, headers=OURS
        )
        world.client.cookies.clear()  # each request says whose session it is of
        token = answer.cookies[SECURE]
        world.headers[name] = {"Cookie": f"{SECURE}={token}"}
    return world.headers[name]
