"""A transport that sends the head of an answer together with what follows it."""

import asyncio
from typing import Any

Data = bytes | bytearray | memoryview


class Corked(asyncio.Transport):
    """Holds what is written for at most a turn of the event loop, and sends it with what is next.

    uvicorn writes head and body apart, and each write is a packet that wakes the client and costs
    a tenth of a kept answer.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        """Send by *transport*."""
        super().__init__()
        self._transport, self._loop = transport, loop
        self._held: Data = b""

    def write(self, data: Data) -> None:
        """Send *data* behind what is held; else hold it."""
        if self._held:
            held, self._held = self._held, b""
            self._transport.writelines((held, data))
        elif data:
            self._held = data
            self._loop.call_soon(self._send)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what is known of the connection, as the transport does by which we send."""
        return self._transport.get_extra_info(name, default)

    def get_write_buffer_size(self) -> int:
        """Return how many bytes are not sent yet."""
        return len(self._held) + self._transport.get_write_buffer_size()

    def is_closing(self) -> bool:
        """Say whether nothing more is sent."""
        return self._transport.is_closing()

    def write_eof(self) -> None:
        """Send what is held, and say that it was the last."""
        self._send()
        self._transport.write_eof()

    def close(self) -> None:
        """Close once all is sent."""
        self._send()
        self._transport.close()

    def abort(self) -> None:
        """Close at once, whatever is not sent."""
        self._held = b""
        self._transport.abort()

    def _send(self) -> None:
        held, self._held = self._held, b""
        if held and not self._transport.is_closing():
            self._transport.write(held)
