"""A closer look at a page: for readers with other senses, by the keyboard alone, on paper."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

SCREENSHOTS = Path(__file__).parents[2] / ".cache" / "screenshots"
PICTURES = "PILOTZONE_PICTURES"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
VIOLATIONS = "(options) => axe.run(options).then((found) => found.violations)"
"""All else that axe finds stays in the browser: handing it over takes a fifth of the time."""

FOCUSABLE = """() => {
  const inRadios = (each) => each.type === "radio" && !each.checked
    && document.querySelector(`input[name="${CSS.escape(each.name)}"]:checked`);
  const all = "a[href], button, input, select, textarea, summary, [tabindex]";
  window.awaited = new Map([...document.querySelectorAll(all)]
    .filter((each) => !each.disabled && each.tabIndex >= 0 && each.type !== "hidden")
    .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !inRadios(each))
    .map((each) => [each, "not reached"]));
  document.addEventListener("focusin", ({ target }) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(target);
    const seen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
    if (seen) awaited.delete(target);
    else awaited.set(target, "not visibly focused");
  });
  const dates = document.querySelectorAll("input[type=date]").length;
  return awaited.size + 3 * dates; // year, month and day are stops of their own
}"""
LEFT = """() => [...awaited].map(([each, fault]) =>
  `${fault}: ${each.outerHTML.slice(0, 120)}`)"""


@dataclass(frozen=True)
class Paper:
    """What a page prints: how many pages, each so many points wide and high."""

    pages: int
    sizes: set[tuple[int, int]]


A4 = {(595, 842), (842, 595)}


async def accessible(page: Page) -> list[str]:
    """Return what axe finds against WCAG 2.2 AA."""
    await page.evaluate(Axe().axe_script)
    violations: list[dict[str, Any]] = await page.evaluate(
        VIOLATIONS, {"runOnly": RULES, "resultTypes": ["violations"]}
    )
    return [
        f"{each['id']}: {node['html'][:160]} {node.get('failureSummary', '')}"
        for each in violations
        for node in each["nodes"][:3]
    ]


async def by_keyboard(page: Page) -> list[str]:
    """Return what the Tab key does not reach, or what does not show that it was reached."""
    for _ in range(await page.evaluate(FOCUSABLE) + 1):
        await page.keyboard.press("Tab")
    left: list[str] = await page.evaluate(LEFT)
    return left


async def printed(page: Page) -> Paper:
    """Return what comes out of the printer."""
    document = await page.pdf(format="A4", prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", document)
    sizes = {(round(float(width)), round(float(height))) for width, height in boxes}
    return Paper(len(re.findall(rb"/Type\s*/Page\b", document)), sizes)


async def pictured(page: Page, name: str) -> None:
    """Leave a picture of the page where neither git nor a build looks, if they are asked for.

    All of them take a quarter of a minute, and no test looks at one.
    """
    if os.environ.get(PICTURES):
        await page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
