"""`python -m api`: serving the gateway."""

import argparse
import asyncio
import contextlib

import uvicorn

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
    config = uvicorn.Config(
        over(url, settings),
        host=arguments.host,
        port=arguments.port,
        fd=arguments.fd,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    with contextlib.suppress(KeyboardInterrupt):  # raised anew once everything has ended
        uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
