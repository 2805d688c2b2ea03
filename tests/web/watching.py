"""What every page is held to while somebody looks at it."""

from urllib.parse import urlsplit

from playwright.async_api import ConsoleMessage, Page, Request, Response

VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""

OUTSIDE = """() => [...document.querySelectorAll("svg")].flatMap((svg) => {
  const box = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")].filter((text) => {
    const of = text.getBoundingClientRect();
    return of.width > 0 && (of.left < box.left - 1 || of.right > box.right + 1
      || of.top < box.top - 1 || of.bottom > box.bottom + 1);
  }).map((text) => text.textContent);
})"""
"""Finds the texts that a reader sees cut at the border of their picture."""

WIDER = """() => {
  const width = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= width) return [];
  const scrolls = (each) => each && each !== document.body
    && (getComputedStyle(each).overflowX !== "visible" || scrolls(each.parentElement));
  return [...document.body.querySelectorAll("*")]
    .filter((each) => each.getBoundingClientRect().right > width + 1)
    .filter((each) => !scrolls(each.parentElement))
    .map((each) => `${each.tagName}.${each.getAttribute("class")} ${each.textContent.slice(0, 40)}`)
    .slice(0, 5).concat("the page");
}"""
"""Finds what makes the page wider than the window."""

HARMLESS = "net::ERR_ABORTED"
"""How a stream of events ends whose page is left."""


class Watched:
    """A page, and the *faults* found while it was looked at."""

    def __init__(self, page: Page, url: str) -> None:
        """Watch *page*, which belongs to the service at *url*."""
        self.page, self.faults = page, list[str]()
        self._host = urlsplit(url).netloc
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("request", self._asked)
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        where = urlsplit(request.url)
        if where.scheme not in ("data", "blob") and where.netloc != self._host:
            self.faults.append(f"another host: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.resource_type != "eventsource" or request.failure != HARMLESS:
            self.faults.append(f"failed: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"{response.status}: {response.url}")

    async def open(self, path: str) -> None:
        """Go to a page, and hold it to what can be seen at once."""
        await self.page.goto(path, wait_until="load")
        self.faults += [f"policy: {each}" for each in await self.page.evaluate("violations")]
        self.faults += [f"outside: {each}" for each in await self.page.evaluate(OUTSIDE)]

    async def fits(self, width: int) -> None:
        """Hold the page to a window of *width* pixels."""
        size = self.page.viewport_size
        assert size is not None
        await self.page.set_viewport_size({"width": width, "height": size["height"]})
        wider = await self.page.evaluate(WIDER)
        self.faults += [f"wider than {width}: {each}" for each in wider]
        self.faults += [f"outside at {width}: {e}" for e in await self.page.evaluate(OUTSIDE)]
        await self.page.set_viewport_size(size)
