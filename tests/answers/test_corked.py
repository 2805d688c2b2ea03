"""Head and body of an answer are one packet, and nothing of what was written is held for long."""

import asyncio
from collections.abc import Iterable

import pytest

from api.answers.corked import Corked, Data


class Wire(asyncio.Transport):
    """Notes what is handed to the system at once, and how it ends."""

    def __init__(self) -> None:
        super().__init__({"socket": "a socket"})
        self.packets: list[bytes] = []
        self.end = ""

    def write(self, data: Data) -> None:
        """Take one piece."""
        self.writelines((data,))

    def writelines(self, list_of_data: Iterable[Data]) -> None:
        """Take several as one packet."""
        assert not self.end
        self.packets.append(b"".join(list_of_data))

    def get_write_buffer_size(self) -> int:
        """Say how much the system has not taken."""
        return 7

    def is_closing(self) -> bool:
        """Say whether it has ended."""
        return bool(self.end)

    def write_eof(self) -> None:
        """Note that nothing more comes."""
        self.packets.append(b"eof")

    def close(self) -> None:
        """End, once what came was sent."""
        self.end = self.end or "closed"

    def abort(self) -> None:
        """End at once."""
        self.end = "aborted"


@pytest.fixture
async def wire() -> Wire:
    return Wire()


@pytest.fixture
async def corked(wire: Wire) -> Corked:
    return Corked(wire, asyncio.get_running_loop())


async def test_a_head_is_sent_together_with_its_body(corked: Corked, wire: Wire) -> None:
    corked.write(b"head ")
    assert wire.packets == []
    corked.write(b"body")
    assert wire.packets == [b"head body"]

    await asyncio.sleep(0)

    assert wire.packets == [b"head body"]


async def test_a_head_whose_body_takes_long_does_not_wait_for_it(
    corked: Corked, wire: Wire
) -> None:
    corked.write(b"head")
    await asyncio.sleep(0)

    assert wire.packets == [b"head"]


async def test_an_empty_body_does_not_hold_back_the_next_answer(corked: Corked, wire: Wire) -> None:
    for each in (b"head", b"", b"head of the next"):
        corked.write(each)
    await asyncio.sleep(0)

    assert wire.packets == [b"head", b"head of the next"]


async def test_pieces_stay_in_their_order(corked: Corked, wire: Wire) -> None:
    corked.writelines([b"1", b"2", b"3"])
    await asyncio.sleep(0)

    assert b"".join(wire.packets) == b"123"


async def test_what_is_held_counts_as_not_sent(corked: Corked) -> None:
    corked.write(b"head")

    assert corked.get_write_buffer_size() == len(b"head") + 7


async def test_what_is_held_is_sent_before_the_connection_closes(
    corked: Corked, wire: Wire
) -> None:
    corked.write(b"head")
    corked.close()
    await asyncio.sleep(0)

    assert (wire.packets, wire.end) == ([b"head"], "closed")


async def test_what_is_held_is_sent_before_the_end_is_said(corked: Corked, wire: Wire) -> None:
    corked.write(b"refused")
    corked.write_eof()

    assert wire.packets == [b"refused", b"eof"]


async def test_what_is_held_is_dropped_where_the_connection_is_gone(
    corked: Corked, wire: Wire
) -> None:
    corked.write(b"head")
    corked.abort()
    await asyncio.sleep(0)

    assert (wire.packets, wire.end) == ([], "aborted")
    assert corked.is_closing()


async def test_what_is_held_is_dropped_where_the_client_went_meanwhile(
    corked: Corked, wire: Wire
) -> None:
    corked.write(b"head")
    wire.abort()
    await asyncio.sleep(0)

    assert wire.packets == []


async def test_it_says_what_the_connection_is(corked: Corked) -> None:
    assert corked.get_extra_info("socket") == "a socket"
    assert corked.get_extra_info("sslcontext", "none") == "none"
