"""Those who look at pages: each is signed in once, and has a browser's context of their own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import APIResponse, Browser, BrowserContext, ViewportSize

from tests.web.watching import VIOLATIONS, Watched

WIDE: ViewportSize = {"width": 1280, "height": 900}


class People:
    """Whoever looks, by their reporter's name; None looks without being signed in."""

    def __init__(self, browser: Browser, url: str, keys: dict[str, str]) -> None:
        """Look at the service at *url*, with the key of each reporter."""
        self.url = url
        self._browser, self._keys = browser, keys
        self._contexts: dict[str | None, BrowserContext] = {}

    @asynccontextmanager
    async def looking(self, who: str | None) -> AsyncIterator[Watched]:
        """Give a new page in which *who* looks, and hold it to what every page keeps."""
        context = self._contexts.get(who) or await self.enter(who)
        page = await context.new_page()
        watched = Watched(page, self.url)
        yield watched
        await page.close()
        assert not watched.faults, "\n".join(watched.faults)

    async def enter(self, who: str | None) -> BrowserContext:
        """Open a context for *who*, signed in."""
        context = await self._browser.new_context(base_url=self.url, viewport=WIDE, locale="zh-CN")
        await context.add_init_script(VIOLATIONS)
        self._contexts[who] = context
        if who is not None:
            await sign_in(context, self._keys[who])
        return context

    async def asked(self, who: str | None, path: str) -> APIResponse:
        """Return what *who* is answered who asks for *path*, without looking at it."""
        context = self._contexts.get(who) or await self.enter(who)
        return await context.request.get(path, max_redirects=0)

    async def leave(self) -> None:
        """Close every context."""
        for each in self._contexts.values():
            await each.close()


async def sign_in(context: BrowserContext, key: str) -> None:
    """Let *context* be signed in with *key*, as somebody does it."""
    page = await context.new_page()
    await page.goto("/board/sign-in")
    await page.fill("#key", key)
    await page.press("#key", "Enter")
    await page.wait_for_url("**/board")
    await page.close()
