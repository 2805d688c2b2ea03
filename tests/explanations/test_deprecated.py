"""The way to the text that goes."""

from tests.explanations.test_http import PATH, told
from tests.fixtures.make import World


async def test_the_text_under_the_path_of_the_json_goes_and_says_so(world: World) -> None:
    """RFC 9745, 8594: whoever still asks that way learns of it from any answer."""
    await told(world)
    accept = world.headers["auditor"] | {"Accept": "text/plain"}

    answer = await world.client.get(PATH, headers=accept)
    successor = f"http://gateway{answer.links['successor-version']['url']}"
    again = await world.client.get(successor, headers=accept)

    assert answer.headers["deprecation"] == "@1796083200"
    assert answer.headers["sunset"] == "Wed, 01 Dec 2027 00:00:00 GMT"
    assert answer.headers["vary"].startswith("Accept, Accept-Language, Authorization")
    assert answer.text == again.text
    document = await world.call("auditor", "GET", PATH)
    assert not {"deprecation", "sunset"} & {*document.headers, *again.headers}
