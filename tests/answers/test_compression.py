"""Answers compressed: as asked, once, and never what must not be."""

import asyncio
import gzip
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers import compression
from api.answers.codings import CODINGS, Encoder
from api.answers.compression import AT_ONCE, LEAST, Compression
from api.answers.validators import unless_known, validated
from api.http.negotiation import coding

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

DECODED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": zstd.decompress,
}
DOCUMENT = [{"name": "旅顺口区"}] * 200


def answering(make: Callable[[], Response]) -> ASGIApp:
    """Return an application that answers with what *make* makes, unless the reader has it."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        answer = make()
        if not isinstance(answer, StreamingResponse):
            answer = unless_known(scope, validated(answer))
        await answer(scope, receive, send)

    return app


async def ask(app: ASGIApp, **headers: str) -> tuple[int, dict[str, str], list[bytes]]:
    """Return status, headers and the pieces of the body of an answer, as they are sent."""
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    await app({"type": "http", "headers": given, "method": "GET"}, receive, send)
    head, *rest = messages
    said = {name.decode(): value.decode() for name, value in head["headers"]}
    return head["status"], said, [each["body"] for each in rest]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", None),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("GZIP;q=1.0, br;q=0.9, zstd;q=0", "gzip"),
        ("*", "zstd"),
        ("*;q=0.5, zstd;q=0", "br"),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.4, gzip;q=0.5", "gzip"),
        ("identity;q=0", None),
        ("deflate", None),
        ("gzip;q=nonsense", None),
    ],
)
def test_the_coding_is_the_one_that_is_preferred(header: str, expected: str | None) -> None:
    assert coding(header, tuple(CODINGS)) == expected


@given(st.sampled_from(list(CODINGS)), st.lists(st.binary(max_size=3_000), min_size=1))
def test_what_is_compressed_in_pieces_comes_back_whole(name: str, pieces: list[bytes]) -> None:
    encoder = CODINGS[name]()
    made = b"".join(map(encoder.compress, pieces)) + encoder.finish()
    assert DECODED[name](made) == b"".join(pieces)


async def test_an_answer_is_compressed_once_and_each_coding_has_a_tag_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []

    def counted(name: str, encoder: Callable[[], Encoder]) -> Callable[[], Encoder]:
        def make() -> Encoder:
            made.append(name)
            return encoder()

        return make

    counting = {name: counted(name, each) for name, each in CODINGS.items()}
    monkeypatch.setattr(compression, "CODINGS", counting)
    kept = validated(JSONResponse(DOCUMENT * 40))
    assert len(kept.body) > AT_ONCE
    before = list(kept.raw_headers)
    app = Compression(answering(lambda: kept))
    tags = set()

    for name in (None, *CODINGS):
        accept = {} if name is None else {"accept_encoding": name}
        answers = await asyncio.gather(*(ask(app, **accept) for _ in range(3)))
        status, said, (body,) = answers[0]
        assert all(each == answers[0] for each in answers)
        assert (status, said.get("content-encoding")) == (200, name)
        assert DECODED.get(name or "", bytes)(body) == kept.body
        assert said["content-length"] == str(len(body))
        assert said["vary"] == "Authorization, Accept-Encoding"
        tags.add(said["etag"])
        again = await ask(app, if_none_match=f'"x", {said["etag"]}', **accept)
        assert (again[0], again[1]["etag"], again[2]) == (304, said["etag"], [b""])
    assert len(tags) == 1 + len(CODINGS)
    assert made == list(CODINGS)
    assert kept.raw_headers == before


async def test_a_stream_is_compressed_as_it_comes() -> None:
    lines = [b'{"applicant": "210212"}\n' * 4_000, b"", b"{}\n"]

    async def pieces() -> AsyncIterator[bytes]:
        for each in lines:
            yield each

    app = Compression(
        answering(lambda: StreamingResponse(pieces(), media_type="application/jsonl"))
    )
    _, said, sent = await ask(app, accept_encoding="gzip")

    assert (said["content-encoding"], said["vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(b"".join(sent)) == b"".join(lines)
    assert (await ask(app))[2][:3] == lines


SECRET: dict[str, Any] = {"headers": {"Cache-Control": "no-store"}}


@pytest.mark.parametrize(
    "make",
    [
        lambda: JSONResponse(DOCUMENT, **SECRET),
        lambda: Response(b"x" * (LEAST - 1), media_type="text/csv"),
        lambda: Response(b"x" * LEAST, media_type="application/vnd.openxmlformats"),
        lambda: StreamingResponse(iter([b"data: 1\n\n"]), media_type="text/event-stream"),
        lambda: Response(b"x" * LEAST, headers={"Content-Encoding": "own"}, media_type="text/csv"),
    ],
    ids=["a secret", "short", "compressed in itself", "events", "encoded"],
)
async def test_what_gains_nothing_or_would_tell_is_sent_as_it_is(
    make: Callable[[], Response],
) -> None:
    plain = await ask(answering(make), accept_encoding="gzip")
    assert await ask(Compression(answering(make)), accept_encoding="gzip") == plain
