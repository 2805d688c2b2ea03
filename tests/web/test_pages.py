"""Every page of the board, in both languages, to everybody who sees it, in a real browser."""

import re
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

import pytest

from shared.core.principal import Role
from tests.web.conftest import Service
from tests.web.filling import REPORTERS
from tests.web.inspecting import A4, accessible, by_keyboard, pictured, printed
from tests.web.pages import LANGUAGES, OF_ROUND, PAGES
from tests.web.people import People

WHO: dict[Role | None, str | None] = {None: None} | {
    role: next(name for name, of in REPORTERS.items() if of == role) for role in Role
}
PHONE, DESK = 390, 1280

SEEN = [(name, role) for name, shown in PAGES.items() for role in (Role if shown.roles else [None])]
every_page = pytest.mark.parametrize("name", PAGES)
in_both_languages = pytest.mark.parametrize("language", LANGUAGES)

LINKS = re.compile(r'<nav class="sections".*?</nav>')
SAID = re.compile(r'(?<=>)[^<]+|(?<= href=")[^"]*|(?<= value=")[^"]*|(?<= aria-label=")[^"]*')
"""What a page says; the rest is how it is built."""


@pytest.fixture(scope="module")
def looked_at() -> set[tuple[str, str]]:
    """Give the pages that were looked at, whose likes for other roles need no second look."""
    return set()


def is_new(looked_at: set[tuple[str, str]], name: str, page: str) -> bool:
    """Whether the page of this *name* is built as it was not before, or its links are others."""
    page = page.replace(' aria-current="page"', "")
    new = {(name, SAID.sub("", LINKS.sub("", page)))}
    new |= {("links", each) for each in LINKS.findall(page)}
    new -= looked_at
    looked_at |= new
    return bool(new)


@pytest.mark.parametrize(("name", "role"), SEEN)
@in_both_languages
async def test_a_page_is_whole_for_everybody_who_sees_it(
    people: People, looked_at: set[tuple[str, str]], name: str, language: str, role: Role | None
) -> None:
    shown = PAGES[name]
    answer = await people.asked(WHO[role], shown.address(language))
    if role and role not in shown.roles:
        assert answer.status == HTTPStatus.FORBIDDEN
        return
    assert answer.status == HTTPStatus.OK
    if not is_new(looked_at, f"{name}.{language}", await answer.text()):
        return
    async with people.looking(WHO[role]) as watched:
        page = watched.page
        await watched.open(shown.address(language))
        assert (await page.title()).startswith(shown.title(language))
        await watched.fits(PHONE)
        await watched.fits(DESK)
        watched.faults += await accessible(page)
        await pictured(page, f"{name}.{language}.{role or 'nobody'}")


@every_page
@in_both_languages
async def test_a_page_is_reached_by_keyboard_alone_and_prints(
    people: People, name: str, language: str
) -> None:
    """As somebody sees it who is let in; what differs for others are links of the same kind."""
    shown = PAGES[name]
    async with people.looking(WHO[min(shown.roles, default=None)]) as watched:
        await watched.open(shown.address(language))
        watched.faults += await by_keyboard(watched.page)
        paper = await printed(watched.page)
        assert paper.sizes <= A4
        assert paper.pages in shown.sheets(language)


@every_page
async def test_a_page_is_asked_for_with_run_cohort_and_language(people: People, name: str) -> None:
    """Whoever is sent a link adds to it; what a page has no use for changes nothing."""
    shown = PAGES[name]
    who = WHO[min(shown.roles, default=None)]
    path, _, query = shown.path.partition("?")
    asked = {"run": "1", "lang": "en", "cohort": "county"} | dict(parse_qsl(query))
    answer = await people.asked(who, f"{path}?{urlencode(asked)}")
    assert answer.status == HTTPStatus.OK, await answer.text()
    assert answer.headers["content-language"] == "en"


@in_both_languages
async def test_one_signs_in_by_keyboard_is_told_what_is_wrong_and_signs_out(
    people: People, service: Service, language: str
) -> None:
    """Nothing is left behind: neither on the way back, nor for who comes next."""
    async with people.looking(None) as watched:
        page = watched.page
        await watched.open(f"/board?lang={language}")
        await watched.fits(PHONE)
        watched.faults += await accessible(page)
        await page.keyboard.type("pz_mistyped")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#key-fault")
        watched.faults = [each for each in watched.faults if "401" not in each.split("http")[0]]
        watched.faults += await accessible(page)
        await pictured(page, f"sign-in.{language}")

        await page.keyboard.type(service.keys["seen-portal"])
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/board?lang={language}")
        await page.click('a[href^="/board/sign-out"]')
        await page.click("main button")
        await page.wait_for_url("**/board/sign-in**")
        await page.go_back()
        await page.goto(f"/board?lang={language}")
        assert "/board/sign-in" in page.url
        assert await page.context.cookies() == []


async def test_a_link_on_a_page_of_another_site_leads_who_is_signed_in_to_the_page(
    people: People,
) -> None:
    """Though the browser withholds the cookie from the first request."""
    async with people.looking("seen-auditor") as watched:
        page = watched.page
        await page.goto(f'data:text/html,<a href="{people.url}{OF_ROUND}">here</a>')
        await page.click("a")
        await page.wait_for_url(f"**{OF_ROUND}")
        assert (await page.title()).startswith("排名")
