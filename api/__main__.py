"""`python -m api`: serving the gateway."""

import argparse
import asyncio
import contextlib
import math
import resource
import socket

import structlog
import uvicorn
from starlette.types import ASGIApp

from api.app import over
from api.bounds import Bounds
from api.connection import bounded
from shared.database import Limits
from shared.database.schema import require_schema
from shared.process import lifecycle, memory
from shared.process.listening import listen
from shared.settings import Settings

DRAIN_SECONDS = 10
FILES = 50
"""Open files beside connections: listeners, pipes, those of the interpreter, and some to spare."""

log = structlog.get_logger()


def main() -> None:
    """Answer on a host and port, or on a listening socket, until SIGINT or SIGTERM.

    Requests that have begun are finished, for at most ten seconds.
    """
    parser = argparse.ArgumentParser(prog="api")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=lifecycle.port_number, default=8000)
    parser.add_argument("--fd", type=int, default=None, help="an inherited listening socket")
    arguments = parser.parse_args()
    memory.keep_little()
    settings, url = lifecycle.begin("gateway")
    with lifecycle.faults_on_one_line():
        app = over(url, settings)
        asyncio.run(require_schema(url, limits=Limits.of_gateway(settings)))
        listener = inherited(arguments.fd) or listen(arguments.host, arguments.port)
    host, port, *_ = listener.getsockname()
    log.info("gateway listens", host=host, port=port)
    serve(app, connections_within_files(settings), listener)


def serve(app: ASGIApp, settings: Settings, listener: socket.socket) -> None:
    """Answer on *listener* until SIGINT or SIGTERM."""
    lifecycle.give_way()
    with contextlib.suppress(KeyboardInterrupt):  # raised anew once everything has ended
        uvicorn.Server(configured(app, settings)).run([listener])


def configured(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """Return how *app* is served."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=bounded(Bounds.of(settings)),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=math.ceil(settings.idle_timeout.total_seconds()),
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


def connections_within_files(settings: Settings) -> Settings:
    """Return *settings* with no more connections than this process may open files.

    Each is one, beside those of the database and `FILES` others. The limit is raised first, as far
    as the system lets us: it is often 1024, for programs older than this one.
    """
    others = settings.database_pool + FILES
    wanted = settings.max_connections + others
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY in (soft, hard)
    possible = wanted if unlimited else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < possible:
        resource.setrlimit(resource.RLIMIT_NOFILE, (possible, hard))
    most = max(1, min(settings.max_connections, possible - others))
    if most < settings.max_connections:
        log.warning("fewer connections than set: too few files", connections=most, files=hard)
    return settings.model_copy(update={"max_connections": most})


def inherited(fd: int | None) -> socket.socket | None:
    """Return the listening socket *fd* as what it is; None where none was handed on.

    Given the number alone, uvicorn takes it for a Unix socket: TCP_NODELAY stays off, and every
    request on a connection that is kept waits 40 ms for the client's delayed acknowledgement.
    """
    return None if fd is None else socket.socket(fileno=fd)


if __name__ == "__main__":
    main()
