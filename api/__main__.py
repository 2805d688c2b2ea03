"""`python -m api`: serving the gateway."""

import argparse
import asyncio
import contextlib
import socket

import uvicorn
from fastapi import FastAPI

from api.app import over
from shared.database.schema import require_schema
from shared.process import lifecycle

DRAIN_SECONDS = 10


def main() -> None:
    """Answer on a host and port, or on a listening socket, until SIGINT or SIGTERM.

    Requests that have begun are finished, for at most ten seconds.
    """
    parser = argparse.ArgumentParser(prog="api")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=lifecycle.port_number, default=8000)
    parser.add_argument("--fd", type=int, default=None, help="an inherited listening socket")
    arguments = parser.parse_args()
    settings, url = lifecycle.begin("gateway")
    with lifecycle.faults_on_one_line():
        asyncio.run(require_schema(url))
    config = configured(over(url, settings), arguments.host, arguments.port)
    with contextlib.suppress(KeyboardInterrupt):  # raised anew once everything has ended
        uvicorn.Server(config).run(inherited(arguments.fd))


def configured(app: FastAPI, host: str, port: int) -> uvicorn.Config:
    """Return how *app* is served."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


def inherited(fd: int | None) -> list[socket.socket] | None:
    """Return the listening socket *fd* as what it is; None: the server makes one of its own.

    Given the number alone, uvicorn takes it for a Unix socket: TCP_NODELAY stays off, and every
    request on a connection that is kept waits 40 ms for the client's delayed acknowledgement.
    """
    return None if fd is None else [socket.socket(fileno=fd)]


if __name__ == "__main__":
    main()
