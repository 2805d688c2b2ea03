"""What people do on the board, from one end to the other, in a real browser."""

import time
from statistics import median
from typing import Any

from playwright.async_api import Page

from tests.web.conftest import Service
from tests.web.filling import RISING, submit
from tests.web.pages import OF_ROUND
from tests.web.people import People

ROW = f'[data-key="{RISING}"]'
TIMES = 5

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
