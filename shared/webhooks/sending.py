"""Sending: one request to a receiver, over a connection to an address that was judged."""

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TypeAlias

import httpcore
import httpx

from shared.webhooks.model import Answer, DeliveryFailure
from shared.webhooks.targets import Targets

MOST_CONNECTIONS = 64
IDLE_SECONDS = 15.0
MOST_READ = 16 * 1024
"""Bytes read of an answer's body, so that its connection serves again; of a longer one no more."""
READ_SECONDS = 1.0
MOST_ADDRESSES = 4
"""Of a name's addresses, how many are tried."""
RESOLVING_THREADS = 8
"""Threads that may wait for a name at once: a name server that is slow holds up nothing else."""

SUCCESSES = range(200, 300)
BROKEN_OFF = (httpcore.NetworkError, httpcore.ProtocolError)

Resolve: TypeAlias = Callable[[str, int], Awaitable[list[str]]]


class TargetRefused(Exception):
    """The receiver's address is none that deliveries go to."""


class NameUnknown(Exception):
    """The receiver's name has no address."""


class Resolver:
    """The system's way to find the addresses of a name."""

    def __init__(self) -> None:
        """Have threads of its own."""
        self._threads = ThreadPoolExecutor(RESOLVING_THREADS, "resolve")

    async def __call__(self, host: str, port: int) -> list[str]:
        """Return the addresses of *host*, the best first. Raises: NameUnknown."""
        ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        except (OSError, UnicodeError):
            raise NameUnknown from None
        return [str(address[0]) for *_, address in found]

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Judged(httpcore.AsyncNetworkBackend):
    """Connections to addresses that are admitted.

    A name is resolved here, and the very addresses that were judged are connected to: there is no
    second look-up that might say something else. TLS still asks for the name.
    """

    def __init__(self, targets: Targets, resolve: Resolve, *, plain: bool) -> None:
        """Judge by *targets*, as for connections without TLS if *plain*."""
        self._targets, self._resolve, self._plain = targets, resolve, plain
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- the interface is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to *host*. Raises: TargetRefused, NameUnknown, and the network's errors."""
        addresses = await self._resolve(host, port)
        if not all(self._targets.admit(each, plain=self._plain) for each in addresses):
            raise TargetRefused
        failed: Exception = NameUnknown()
        for address in addresses[:MOST_ADDRESSES]:
            try:
                return await self._network.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed


class Sender:
    """Sends to receivers, each request within *limit*; redirects are answers like any other."""

    def __init__(
        self,
        targets: Targets,
        limit: timedelta,
        resolve: Resolve | None = None,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        """Send to *targets*; without others the system resolves and says whom to trust."""
        self._limit = limit.total_seconds()
        self._resolver = Resolver()
        trusted = trusted or httpx.create_ssl_context()
        self._pools = {
            plain: httpcore.AsyncConnectionPool(
                ssl_context=trusted,
                max_connections=MOST_CONNECTIONS,
                keepalive_expiry=IDLE_SECONDS,
                network_backend=Judged(targets, resolve or self._resolver, plain=plain),
            )
            for plain in (False, True)
        }

    async def close(self) -> None:
        """Give up every connection."""
        for pool in self._pools.values():
            await pool.aclose()
        self._resolver.close()

    async def send(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        """Send *body* to *url* and return what came of it; it raises nothing that a network does.

        A status is an answer, whatever becomes of the body behind it.
        """
        began = time.perf_counter()
        status, failure = None, None
        try:
            async with asyncio.timeout(self._limit):
                status = await self._status(url, headers, body)
        except (TimeoutError, httpcore.TimeoutException):
            failure = DeliveryFailure.TIMED_OUT
        except TargetRefused:
            failure = DeliveryFailure.TARGET_REFUSED
        except NameUnknown:
            failure = DeliveryFailure.NAME_UNKNOWN
        except httpcore.ConnectError as error:
            failure = (
                DeliveryFailure.TLS_FAILED if _of_tls(error) else DeliveryFailure.NOT_CONNECTED
            )
        except BROKEN_OFF:
            failure = DeliveryFailure.BROKEN_OFF
        if status is not None and status not in SUCCESSES:
            failure = DeliveryFailure.STATUS
        return Answer(status, failure, (time.perf_counter() - began) * 1e3)

    async def _status(self, url: str, headers: dict[str, str], body: bytes) -> int:
        pool = self._pools[url.startswith("http:")]
        limits = dict.fromkeys(("connect", "read", "write", "pool"), self._limit)
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        async with pool.stream(
            "POST", url, headers=sent, content=body, extensions={"timeout": limits}
        ) as answer:
            with suppress(TimeoutError, *BROKEN_OFF):
                async with asyncio.timeout(READ_SECONDS):
                    await _read_some(answer)
            return answer.status


async def _read_some(answer: httpcore.Response) -> None:
    read = 0
    async for piece in answer.aiter_stream():
        read += len(piece)
        if read > MOST_READ:
            return


def _of_tls(error: BaseException | None) -> bool:
    """Say whether TLS stands behind *error*, which the layers between have said in their words."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__context__
    return error is not None
