"""One who is signed in, asks for pages, and sends their forms."""

from typing import Any

import httpx

from tests.fixtures.make import ROUND, World
from web.access import form_token
from web.cookies import SECURE
from web.forms import TOKEN

BOARD = f"http://gateway/board/rounds/{ROUND}"
OURS = {"Sec-Fetch-Site": "same-origin"}


async def see(
    world: World, role: str, *path: str, more: dict[str, str] | None = None, **query: Any
) -> httpx.Response:
    """Ask for a page of the round as who is signed in with the key of *role*."""
    headers = await cookie(world, role) | (more or {})
    return await world.client.get("/".join([BOARD, *path]), params=query, headers=headers)


async def send(
    world: World, role: str, *path: str, fields: dict[str, str], **query: Any
) -> httpx.Response:
    """Send a form of the round, as a page of ours has a browser send it."""
    headers = await cookie(world, role)
    token = form_token(
        {
            "type": "http",
            "scheme": "https",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }
    )
    return await world.client.post(
        "/".join([BOARD, *path]), params=query, data={TOKEN: token} | fields, headers=headers | OURS
    )


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
