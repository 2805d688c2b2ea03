"""The links between the pages of a round: whoever looks at an earlier run stays there."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fixtures.http import mark
from tests.fixtures.make import MARK, STATIONS, World
from tests.web.signed_in import BOARD, see

SECTIONS = re.compile(r'<nav class="sections".*?</nav>', re.DOTALL)
VIEWS = re.compile(r'<nav class="views".*?</nav>', re.DOTALL)
ADDRESS = re.compile(r'href="([^"]*)"')
OF_A_RUN = ("", "/movement", "/coverage", "/diagnostics", "/wall")
HERE = BOARD.removeprefix("http://gateway")


async def links(
    world: World, *path: str, nav: re.Pattern[str] = SECTIONS, **query: Any
) -> set[str]:
    """Return where the links of a page's navigation lead an administrator."""
    answer = await see(world, "admin", *path, **query)
    assert answer.status_code == 200, answer.text
    (found,) = nav.findall(answer.text)
    return {unescape(each) for each in ADDRESS.findall(found)}


@pytest.fixture
async def two_runs(world: World) -> World:
    """Give a round of two runs."""
    await world.submit("source", "C1", STATIONS, 10)
    await world.recompute()
    await mark(world, C1=50)
    return world


PAGES = {
    "ranking": (),
    "movement": ("movement",),
    "coverage": ("coverage",),
    "sources": ("coverage", "sources"),
    "diagnostics": ("diagnostics",),
    "wall": ("wall",),
}


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
async def test_the_sections_of_a_round_keep_run_cohort_and_language(
    two_runs: World, path: tuple[str, ...]
) -> None:
    """What there is to do is always of now."""
    kept: dict[str, Any] = {"run": 1, "cohort": "park"}
    expected = {f"{HERE}{each}?run=1&cohort=park&lang=en" for each in OF_A_RUN}

    assert await links(two_runs, *path, **kept, lang="en") == {*expected, f"{HERE}/work?lang=en"}
    assert await links(two_runs, *path, **kept) == {
        *(each.removesuffix("&lang=en") for each in expected),
        f"{HERE}/work",
    }


@pytest.mark.parametrize("path", [("applicants", "C1"), ("applicants", "C1", "submissions", MARK)])
async def test_pages_of_an_applicant_keep_the_run_too(
    two_runs: World, path: tuple[str, ...]
) -> None:
    assert f"{HERE}/movement?run=1" in await links(two_runs, *path, run="1")
    assert f"{HERE}/movement" in await links(two_runs, *path)


async def test_the_page_of_a_run_leads_to_the_same_run_elsewhere(two_runs: World) -> None:
    assert f"{HERE}?run=1" in await links(two_runs, "movement", "1")


async def test_both_views_of_coverage_keep_run_and_cohort(two_runs: World) -> None:
    both = {f"{HERE}/coverage", f"{HERE}/coverage/sources"}
    kept = {"run": ["1"], "cohort": ["park"]}
    for path in (("coverage",), ("coverage", "sources")):
        found = await links(two_runs, *path, nav=VIEWS, run="1", cohort="park")
        assert {urlsplit(each).path for each in found} == both
        assert all(parse_qs(urlsplit(each).query) == kept for each in found)


async def test_who_looks_at_the_newest_run_goes_on_with_the_newest(two_runs: World) -> None:
    assert {f"{HERE}{each}" for each in OF_A_RUN} < await links(two_runs)
