"""What is asked for under `/board` where no page is, or none that answers so."""

import pytest

from tests.fixtures.http import problem
from tests.fixtures.make import ROUND, World
from tests.web.signed_in import BOARD, cookie
from web.layout import HEADERS

GATEWAY = "http://gateway"
OF_ROUND = BOARD.removeprefix(GATEWAY)
UNKNOWN = (
    "/board/nothing",
    "/board//",
    f"{OF_ROUND}/nothing",
    "/board/rounds//wall",
    "/board/a%0Ab",
)
PAGES = ("/board", OF_ROUND, f"{OF_ROUND}/wall", "/board/rounds/none")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("path", UNKNOWN)
async def test_where_no_page_is_a_page_says_so(world: World, path: str, method: str) -> None:
    """In the reader's language, and like every other page; whatever the query is."""
    headers = await cookie(world, "source")
    for language, title in ("zh", "所指的对象不存在。"), ("en", "nothing is at this path"):
        url = f"{GATEWAY}{path}?lang={language}&more=1"
        answer = await world.client.request(method, url, headers=headers)

        assert answer.status_code == 404, answer.text
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["content-language"] == language
        assert title in answer.text
        assert answer.headers.items() >= {k.lower(): v for k, v in HEADERS.items()}.items()
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
async def test_one_slash_too_many_leads_to_the_page(world: World, path: str) -> None:
    """Whether there is such a round, the page itself says, as without the slash."""
    headers = await cookie(world, "source")
    for query in "", "?lang=en&cohort=park":
        answer = await world.client.get(f"{GATEWAY}{path}/{query}", headers=headers)

        assert (answer.status_code, answer.headers["location"]) == (308, f"{path}{query}")
        assert answer.headers["cache-control"] == "no-store"
    twice = await world.client.get(f"{GATEWAY}{path}//", headers=headers)
    assert twice.status_code == 404


async def test_a_path_is_led_to_as_it_is_written(world: World) -> None:
    """What stands for something else in an address stays what it is."""
    headers = await cookie(world, "source")
    answer = await world.client.get(f"{GATEWAY}/board/rounds/a%3Fb%25%0D%0A/", headers=headers)

    assert answer.headers["location"] == "/board/rounds/a%3Fb%25%0D%0A"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
async def test_a_stranger_is_not_told_which_pages_there_are(world: World, method: str) -> None:
    """It is led to where one signs in, from what is there and from what is not."""
    for path in ("/board/", *UNKNOWN, *PAGES):
        answer = await world.client.request(method, f"{GATEWAY}{path}")

        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/board/sign-in?next=%2Fboard")


async def test_a_page_with_other_methods_says_which(world: World) -> None:
    headers = await cookie(world, "admin")
    for path, methods in ("work", "GET, HEAD"), ("work/state", "GET, HEAD, POST"):
        answer = await world.client.delete(f"{BOARD}/{path}", headers=headers)

        assert answer.status_code == 405
        assert answer.headers["allow"] == methods
        assert answer.headers["content-type"].startswith("text/html")


async def test_elsewhere_what_is_not_there_is_no_page(world: World) -> None:
    for path in ("/boards", "/nothing", f"/v1/rounds/{ROUND}/nothing", "/v1/rounds/"):
        answer = await world.client.get(f"{GATEWAY}{path}", headers=await cookie(world, "source"))
        problem(answer, 404, "not-found")
