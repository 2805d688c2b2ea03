"""A connection to the gateway: how much memory and time it may take before a request is whole.

uvicorn reads a head of any length, waits for it without end and takes any number of connections.
What is refused here has not reached the application; why the limits are as they are is in
docs/adr/0019-limits-of-connections.md.
"""

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from api.answers.corked import Corked
from api.bounds import Bounds
from api.events.stream import END
from api.heads import MOST_FIELDS, require_known_framing, require_size, too_large, unread
from api.http import metrics
from api.http.problems import RequestTooSlow, describe
from api.refusal import response
from shared.core.errors import DomainError, Unavailable

PIECE = 16 * 1024
"""Bytes that are parsed before it is counted anew what they left unfinished."""

MOST_QUEUED = 16
"""Requests that wait on a connection for the answer to the one before them."""

LEAST_MOVED = 16 * 1024
"""Bytes of a body, or of an answer, that must get through within the time for a stall."""

LINGER_SECONDS = 2.0
"""How long what still comes is thrown away after a refusal: closed at once, a connection is reset,
and the client may lose the answer."""

LOOKS = 4
"""How often a limit of time is looked at while it runs: it is kept to within a quarter of it."""


class Connection(HttpToolsProtocol):
    """One connection; `bounded` gives the class its bounds."""

    bounds: ClassVar[Bounds]

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Await a first request from now on."""
        super().__init__(config, server_state, app_state, _loop)
        now = self.loop.time()
        self._fault: DomainError | None = None
        self._piece = b""  # what is being parsed
        self._stopped = False  # nothing further is parsed
        self._refused = False  # and the refusal was sent
        self._answering: RequestResponseCycle | None = None
        self._look_handle: asyncio.TimerHandle | None = None
        self._silent = True
        self._unfinished = 0  # bytes since a part of a request was last complete
        self._part_complete = False
        self._head_since: float | None = now  # None: no request has begun
        self._body_open = False
        self._body_since = now
        self._body_bytes = 0  # since then
        self._was_held = False
        self._unsent: int | None = None
        self._unsent_since = now

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection if there is room for it."""
        super().connection_made(transport)
        self.transport = Corked(transport, self.loop)
        if len(self.connections) > self.bounds.connections:
            self._refuse(Unavailable("no more connections are taken: come again"))
            self.connections.discard(self)
            self.transport.close()
            return
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever is still answering."""
        if self._look_handle is not None:
            self._look_handle.cancel()
        self._tell_disconnected()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what has come, and count what it left unfinished."""
        for at in range(0, len(data), PIECE):
            if self._stopped:
                return
            self._parse(data[at : at + PIECE])

    def _parse(self, piece: bytes) -> None:
        if not self._body_open:
            self._head_begins()
        self._silent = False
        self._unfinished += len(piece)
        self._part_complete, self._piece = False, piece
        super().data_received(piece)
        self._piece = b""
        if self._part_complete:
            self._unfinished = 0
        most = self.bounds.head_bytes
        if self._unfinished > most or len(self.headers or ()) > MOST_FIELDS:
            self._refuse(too_large(most))

    def eof_received(self) -> bool:  # type: ignore[override]
        """Say whether to stay for an answer: who has said all may still wait for it."""
        if self._answering is None or self._body_open:
            return False
        self.cycle.keep_alive = False
        return True

    def on_message_begin(self) -> None:
        """Count the time of a head also where it begins right behind another request."""
        self._head_begins()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Hand the request on.

        Raises, for the parser to stop: HeadTooLarge, MalformedRequest, Unavailable.
        """
        self._noting(self._require_acceptable)
        super().on_headers_complete()
        if not self.pipeline:
            self._answering = self.cycle
        if self.parser.should_upgrade():  # not done, and the parser would take no further request
            self.cycle.keep_alive = False
        self.headers = []  # trailers would follow those of the head, which the application has
        self._part_complete, self._body_open = True, True
        self._head_since = None
        self._await_body()

    def on_body(self, body: bytes) -> None:
        """Count what arrives of the body itself, without chunks' sizes, extensions and trailers."""
        self._part_complete = True
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Await the next request. Raises, for the parser to stop: HeadTooLarge."""
        if self.headers:  # those of the head are gone: they are trailers
            self._noting(partial(require_size, b"", self.headers, self.bounds.head_bytes))
        self._part_complete, self._body_open = True, False
        self.headers = []
        super().on_message_complete()
        if self._answering is None:  # what came of the body has ended the time for being idle
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def on_response_complete(self) -> None:
        """Go on to the next request, whose time begins now."""
        self._answering = self.pipeline[-1][0] if self.pipeline else None
        if self._head_since is not None:
            self._head_since = self.loop.time()
        self._await_body()
        super().on_response_complete()
        if self._stopped and self._fault is not None and self._answering is None:
            self._end(self._fault)

    def resume_writing(self) -> None:
        """Note that the client takes its answer."""
        self._unsent = None
        super().resume_writing()

    def shutdown(self) -> None:
        """Let a stream come to its end, since the server waits for what is being answered."""
        if self._answering is not None and END in (state := self._answering.scope["state"]):
            state[END]()
        super().shutdown()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 -- uvicorn's words
        """Refuse what the parser stopped at."""
        # Behind what was complete nobody says where in the piece the line begins.
        line = b"" if self._part_complete else self._piece
        self._refuse(self._fault or unread(line, str(sys.exc_info()[1])))

    def _unsupported_upgrade_warning(self) -> None:
        """Keep uvicorn from logging two lines whenever bytes follow such a request."""

    def _head_begins(self) -> None:
        if self._head_since is None:
            self._head_since = self.loop.time()

    def _await_body(self) -> None:
        self._body_since, self._body_bytes = self.loop.time(), 0

    def _require_acceptable(self) -> None:
        require_size(self.url, self.headers, self.bounds.head_bytes)
        require_known_framing(self.parser.get_http_version(), self.headers)
        if len(self.pipeline) >= MOST_QUEUED:
            raise Unavailable("too many requests wait on this connection")

    def _noting(self, check: Callable[[], None]) -> None:
        """Keep a fault for the answer, since the parser puts an error of its own in its place."""
        try:
            check()
        except DomainError as fault:
            self._fault = fault
            raise

    def _look_later(self) -> None:
        pause = min(self.bounds.head_seconds, self.bounds.stall_seconds) / LOOKS
        self._look_handle = self.loop.call_later(pause, self._look)

    def _look(self) -> None:
        """End the connection if it has been waited for long enough."""
        now = self.loop.time()
        if self.transport.is_closing() or self.flow.write_paused:
            self._look_at_answer(now)
        elif self._body_open:
            self._look_at_body(now)
        elif (
            self._head_since is not None
            and self._answering is None
            and now >= self._head_since + self.bounds.head_seconds
        ):
            if self._silent:  # nobody waits for an answer
                self.transport.close()
            else:
                self._refuse(RequestTooSlow("the request's head did not arrive in time"))
        if not self._refused:
            self._look_later()

    def _look_at_body(self, now: float) -> None:
        held = self.flow.read_paused or self.cycle.waiting_for_100_continue
        late = now >= self._body_since + self.bounds.stall_seconds
        if self._answering is None:  # answered without it, and what still comes is thrown away
            if late:
                self.transport.close()
        elif held or self._was_held or self._body_bytes >= LEAST_MOVED:
            self._await_body()
        elif late:
            self._refuse(RequestTooSlow("the request's body arrives too slowly"))
        self._was_held = held

    def _look_at_answer(self, now: float) -> None:
        unsent = self.transport.get_write_buffer_size()
        if self._unsent is None or unsent <= self._unsent - LEAST_MOVED:
            self._unsent, self._unsent_since = unsent, now
        elif now >= self._unsent_since + self.bounds.stall_seconds:
            self.transport.abort()

    def _refuse(self, error: DomainError) -> None:
        """Read no further; answer what came whole before, then with a problem, and end."""
        if self._stopped or self.transport.is_closing():
            return
        metrics.REFUSED.labels(describe(type(error))["type"]).inc()
        self._stopped, self._fault = True, error
        if self._body_open and self.pipeline:  # the last one is broken, and has not begun
            self.pipeline.popleft()
            self._body_open = False
        if self._answering is None or self._body_open:
            self._end(error)
        self._head_since = None
        self._forget()

    def _end(self, error: DomainError) -> None:
        """Answer with a problem, without it where an answer has begun; then close."""
        self._refused = True
        if self.transport.is_closing():
            return
        if self._answering is None or not self._answering.response_started:
            self.transport.write(response(error, self.server_state.default_headers))
            self.transport.write_eof()
            self.flow.resume_reading()
            if self._look_handle is not None:
                self._look_handle.cancel()
            self._look_handle = self.loop.call_later(LINGER_SECONDS, self.transport.abort)
        else:
            self.transport.abort()
        self._tell_disconnected()

    def _forget(self) -> None:
        """Let go what was read so far, since the connection may stay for a moment."""
        self.parser = None  # type: ignore[assignment]
        self.url = b""
        self.headers = []

    def _tell_disconnected(self) -> None:
        """Let the application stop; uvicorn tells the last request alone, not one before it."""
        if self._answering is not None:
            self._answering.disconnected = True
            self._answering.message_event.set()


def bounded(bounds: Bounds) -> type[Connection]:
    """Return the class of connections that uvicorn is to make."""
    return type("BoundedConnection", (Connection,), {"bounds": bounds})
