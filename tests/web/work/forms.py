"""Forms as a browser sends them: with what the page has hidden in them."""

import re
from html import unescape

import httpx

from tests.fixtures.make import ROUND, World
from tests.web.signed_in import see

FORM = re.compile(r'<form class="plain" method="post" action="([^"]*)".*?>(.*?)</form>', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
FAULT = re.compile(r'<p class="fault" id="([\w-]+)-fault">(.*?)</p>', re.DOTALL)
FOCUS = re.compile(r'name="([^"]*)"[^>]*\bautofocus')


async def page(
    world: World, role: str, *path: str, code: str = ROUND, lang: str = "en"
) -> httpx.Response:
    """Open a page of the work of a round."""
    cookie = (await see(world, role)).request.headers["cookie"]
    url = "/".join([f"http://gateway/board/rounds/{code}/work", *path])
    return await world.client.get(url, params={"lang": lang}, headers={"Cookie": cookie})


async def send(
    world: World,
    shown: httpx.Response,
    fields: dict[str, str],
    at: int = 0,
    more: dict[str, str] | None = None,
) -> httpx.Response:
    """Send one of the forms of a page that is *shown*, with *fields* filled in."""
    action, inside = FORM.findall(shown.text)[at]
    hidden = {name: unescape(value) for name, value in HIDDEN.findall(inside)}
    headers = {"Cookie": shown.request.headers["cookie"], "Sec-Fetch-Site": "same-origin"}
    url = f"http://gateway{unescape(action)}"
    return await world.client.post(url, data=hidden | fields, headers=headers | (more or {}))


def faults(shown: httpx.Response) -> dict[str, list[str]]:
    """Return the codes that stand beside each field."""
    return {
        name: re.findall("<code>(.*?)</code>", said) for name, said in FAULT.findall(shown.text)
    }


def focus(shown: httpx.Response) -> list[str]:
    """Return the fields that have the focus: one at most."""
    return FOCUS.findall(shown.text)
