"""What is asked for under `/board` where no page is, or none that answers so."""

from tests.fixtures.make import World
from tests.web.signed_in import BOARD, cookie


async def test_a_page_with_other_methods_says_which(world: World) -> None:
    headers = await cookie(world, "source")
    for path, methods in ("work", "GET, HEAD"), ("work/state", "GET, HEAD, POST"):
        answer = await world.client.delete(f"{BOARD}/{path}", headers=headers)

        assert answer.status_code == 405
        assert answer.headers["allow"] == methods
        assert answer.headers["content-type"].startswith("text/html")
