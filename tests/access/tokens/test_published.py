"""When an issuer is asked for its keys, and for how long they hold without it."""

import asyncio

import pytest

from shared.access.tokens import issuer as asking
from shared.access.tokens.issuer import IssuerUnusable, keys_of
from shared.access.tokens.key_set import KeySet
from shared.access.tokens.published import BELIEVED, FRESH, PAUSE, PublishedKeys
from shared.core.errors import Unavailable
from tests.access.tokens.conftest import Issuer
from tests.access.tokens.made import published


class Source:
    """An issuer and a clock, both told what to do."""

    def __init__(self, *kids: str) -> None:
        self.kids = kids
        self.now, self.asked, self.fails = 10_000.0, 0, False
        self.keys = PublishedKeys(self.ask, lambda: self.now)

    async def ask(self) -> KeySet:
        """Answer as an issuer would, after others had their turn."""
        self.asked += 1
        await asyncio.sleep(0)
        if self.fails:
            raise IssuerUnusable("told to fail")
        return KeySet(published(*self.kids))


async def turns() -> None:
    """Let what goes on beside come to its end."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_all_who_wait_for_keys_share_one_question() -> None:
    source = Source("ed")

    found = await asyncio.gather(*(source.keys.with_key("ed") for _ in range(20)))

    assert all("ed" in each for each in found)
    assert source.asked == 1


async def test_unknown_keys_are_asked_for_once_a_minute() -> None:
    source = Source("ed")
    await source.keys.with_key("ed")
    source.kids = ("ed", "ec")

    assert "ec" not in await source.keys.with_key("ec")
    source.now += PAUSE
    assert all("ec" in each for each in [await source.keys.with_key("ec") for _ in range(3)])
    for number in range(20):
        await source.keys.with_key(f"none-{number}")

    assert source.asked == 2


async def test_keys_of_some_age_are_asked_for_beside_the_requests() -> None:
    source = Source("ed")
    await source.keys.with_key("ed")
    source.kids = ("ec",)
    source.now += FRESH + 1

    old = [await source.keys.with_key("ed") for _ in range(3)]
    assert all("ed" in each for each in old)
    await turns()

    assert "ed" not in await source.keys.with_key("ec")
    assert source.asked == 2


async def test_while_the_issuer_is_silent_keys_hold_for_an_hour() -> None:
    source = Source("ed")
    await source.keys.with_key("ed")
    source.fails = True

    source.now += BELIEVED - 1
    assert "ed" in await source.keys.with_key("ed")
    await turns()
    source.now += 2
    with pytest.raises(Unavailable):
        await source.keys.with_key("ed")
    asked = source.asked
    with pytest.raises(Unavailable):
        await source.keys.with_key("ed")
    assert source.asked == asked

    source.fails = False
    source.now += PAUSE
    assert "ed" in await source.keys.with_key("ed")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("renamed", "another name"),
        ("moved", "307"),
        ("broken", "unreadable"),
        ("plain", "jwks_uri"),
        ("endless", "too long"),
        ("silent", "takes too long"),
    ],
)
async def test_an_issuer_that_answers_otherwise_gives_no_keys(
    issuer: Issuer, fault: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "SECONDS", 0.3 if fault == "silent" else asking.SECONDS)
    issuer.tell(fault=fault)

    with pytest.raises(IssuerUnusable, match=said):
        await keys_of(issuer.name)


async def test_an_issuer_that_nobody_reaches_gives_no_keys(issuer: Issuer) -> None:
    found = await keys_of(issuer.name)
    assert "first" in found
    with pytest.raises(IssuerUnusable, match="out of reach"):
        await keys_of("http://127.0.0.1:1")
