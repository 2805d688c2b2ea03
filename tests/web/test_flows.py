"""What people do on the board, from one end to the other, in a real browser."""

import time
from statistics import median
from typing import Any

from playwright.async_api import Locator, Page

from tests.web.conftest import Service
from tests.web.filling import LEFT, RISING, submit
from tests.web.pages import OF_ROUND
from tests.web.people import People

ROW = f'[data-key="{RISING}"]'
TIMES = 5
MOST_STOPS = 300

MOVED = """(row) => new Promise((moved) => {
  const rank = () => document.querySelector(`${row} .rank`).textContent;
  const before = rank();
  window.moved = new Promise((tell, fail) => {
    setTimeout(() => fail(new Error("the row did not move within 30 s")), 30_000);
    new MutationObserver(() => {
      if (rank() !== before)
        tell({ at: Date.now(), gliding: document.querySelector(row).getAnimations().length });
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  moved();
})"""
"""Begins to wait for another rank of the row; `window.moved` tells when, and whether it glides."""


async def watch_a_move(page: Page, service: Service, stations: int) -> dict[str, Any]:
    """Report a figure that moves the row, and return what the page did, and in how many seconds."""
    await page.evaluate(MOVED, ROW)
    began = time.time()
    submit(service.gateway, stations)
    found: dict[str, Any] = await page.evaluate("window.moved")
    return found | {"seconds": found["at"] / 1000 - began}


async def test_a_row_glides_to_its_new_place_after_a_submission(
    people: People, service: Service
) -> None:
    """While somebody looks on and does nothing; how fast is told, since machines differ."""
    async with people.looking("seen-auditor") as watched:
        async with watched.page.expect_request(f"**{OF_ROUND}/events*"):
            await watched.open(OF_ROUND)
        seen = [
            await watch_a_move(watched.page, service, 2_600 if at % 2 == 0 else 900)
            for at in range(TIMES)
        ]
    took = median(each["seconds"] for each in seen)
    print(f"from a submission to the moved row: {took * 1000:.0f} ms, the median of {TIMES}")  # noqa: T201
    assert all(each["gliding"] for each in seen)


async def reach(page: Page, what: Locator) -> None:
    """Press Tab until *what* has the focus."""
    for _ in range(MOST_STOPS):
        if await what.evaluate("each => each === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not reach {what}")


async def follow(page: Page, what: Locator) -> None:
    """Go where *what* leads to, by keyboard."""
    await reach(page, what)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def sign_in(page: Page, key: str, path: str) -> None:
    """Ask for *path*, be led to the form, and be led back."""
    await page.goto(path)
    await reach(page, page.locator("#key"))
    await page.keyboard.type(key)
    async with page.expect_navigation(url=f"**{path}"):
        await page.keyboard.press("Enter")


async def sign_out(page: Page) -> None:
    """Sign out, after which there is nothing to see."""
    await follow(page, page.locator('a[href*="/sign-out"]'))
    await follow(page, page.locator("main form button"))
    await page.goto("/board?lang=en")
    assert "/board/sign-in" in page.url


async def test_why_a_place_is_what_it_is_is_found_by_keyboard(
    people: People, service: Service
) -> None:
    """From the form that signs in, by the ranking and a scorecard, to the reasons, and out."""
    async with people.looking(None) as watched:
        page = watched.page
        await sign_in(page, service.keys["seen-auditor"], f"{OF_ROUND}?lang=en")
        await follow(page, page.locator(f"{ROW} a"))
        assert (await page.title()).startswith("Example county 20")
        await follow(page, page.locator(f'a[href*="/{RISING}/lines/INF-1"]').first)
        said = await page.locator("main").inner_text()
        assert "Number of 5G base stations" in said
        assert "seen-source" in said
        await sign_out(page)


async def fill_in(page: Page, mark: str) -> None:
    """Fill in a mark where the focus is led to, and send it."""
    await reach(page, page.locator("#value"))
    await page.keyboard.press("Control+A")
    await page.keyboard.type(mark)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    assert await page.locator("main [role=status]").count() == 1


async def test_an_expert_marks_and_corrects_a_mark_by_keyboard(
    people: People, service: Service
) -> None:
    """Led from one mark that is outstanding to the next, and to the list, where each is told."""
    forms = [f'a[href*="/work/values/{RISING}/{measure}"]' for measure in LEFT]
    async with people.looking(None) as watched:
        page = watched.page
        await sign_in(page, service.keys["seen-expert-2"], f"{OF_ROUND}/work?lang=en")
        await follow(page, page.locator(forms[0]))
        for mark in ("71.5", "72.5"):
            await fill_in(page, mark)
        rows = [page.locator("tr", has=page.locator(each)) for each in forms]
        assert "71.5" in await rows[0].inner_text()
        assert "72.5" in await rows[1].inner_text()
        await follow(page, rows[0].locator("a"))
        await fill_in(page, "64")
        assert "64" in await rows[0].inner_text()
        await sign_out(page)
