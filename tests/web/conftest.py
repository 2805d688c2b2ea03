"""A browser for the session, and a running service with a round to look at for a module."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.async_api import Browser, async_playwright

from tests.cli.test_up import up, url_of
from tests.fixtures.places import data_folder
from tests.web.browser.finding import QUIET, VARIABLE, found
from tests.web.filling import Gateway, fill, register
from tests.web.people import People


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Give a running browser; each who looks has a context of it, with cookies of their own."""
    program = found()
    if program is None:
        pytest.skip(f"no browser: run make browser, or name one in {VARIABLE}")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        await browser.close()


@dataclass(frozen=True)
class Service:
    """A running service: its address, a key of each reporter, and who sends and reads JSON."""

    url: str
    keys: dict[str, str]
    gateway: Gateway


@pytest.fixture(scope="module")
def service(browser: Browser) -> Iterator[Service]:  # noqa: ARG001 -- without one nothing is shown
    """Give a service that has scored the round to look at."""
    with data_folder() as folder, up(folder, PILOTZONE_LOG_LEVEL="error") as process:
        url = url_of(process)
        database = (folder / "run" / "database.url").read_text()
        made = asyncio.run(register(database))
        with httpx.Client(base_url=f"{url}/v1", timeout=60) as http:
            gateway = Gateway(http, made)
            fill(gateway, database)
            yield Service(url, made, gateway)


@pytest.fixture(scope="module")
async def people(browser: Browser, service: Service) -> AsyncIterator[People]:
    """Give everybody who looks at the pages of the service."""
    people = People(browser, service.url, service.keys)
    yield people
    await people.leave()
