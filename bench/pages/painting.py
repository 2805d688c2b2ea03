"""(m) How long a browser takes until it shows something of the ranking."""

from pathlib import Path
from statistics import median

from playwright.async_api import Browser, async_playwright

from bench.stage import Round, Stage, answering, free_port, process
from tests.web.browser.finding import QUIET, found
from web.cookies import PLAIN

TIMES = 9
PAINTED = """() => new Promise((tell) => new PerformanceObserver((seen) => {
  for (const each of seen.getEntriesByName("first-contentful-paint")) tell(each.startTime);
}).observe({ type: "paint", buffered: true }))"""


async def measure(stage: Stage, round_: Round, token: str, logs: Path) -> float | None:
    """Return the median milliseconds from asking for a page to its first paint, by a browser.

    One that has nothing of the board yet, each time; None: there is no browser.
    """
    program = found()
    if program is None:
        return None
    port = free_port()
    command = ("api", "--port", str(port))
    with process(stage.url, logs / "painted.log", *command, local_sessions="true") as gateway:
        await answering(port, gateway)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=program, args=QUIET)
            url = f"http://127.0.0.1:{port}/board/rounds/{round_.code}?cohort=county"
            times = [await _painted(browser, url, token) for _ in range(TIMES)]
            await browser.close()
    return median(times)


async def _painted(browser: Browser, url: str, token: str) -> float:
    context = await browser.new_context()
    await context.add_cookies([{"name": PLAIN, "value": token, "url": url}])
    page = await context.new_page()
    answer = await page.goto(url)
    assert answer is not None
    assert answer.status == 200
    painted: float = await page.evaluate(PAINTED)
    await context.close()
    return painted
