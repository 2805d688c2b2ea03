"""`python -m api`: serving the gateway."""

import argparse
import asyncio

import uvicorn
from sqlalchemy.exc import ArgumentError, DBAPIError

from api.app import over
from shared import log, orphan
from shared.settings import Settings
from shared.store.engine import SchemaUnknown, require_schema

DRAIN_SECONDS = 10


def main() -> None:
    """Answer on a host and port, or on a listening socket, until SIGINT or SIGTERM.

    Requests that have begun are finished, for at most ten seconds.
    """
    parser = argparse.ArgumentParser(prog="api")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--fd", type=int, default=None, help="an inherited listening socket")
    arguments = parser.parse_args()
    settings = Settings()
    if settings.database_url is None:
        raise SystemExit("error: PILOTZONE_DATABASE_URL is not set")
    log.configure("gateway", settings.log_format, settings.log_level)
    orphan.watch_parent()
    try:
        asyncio.run(require_schema(settings.database_url))
    except (SchemaUnknown, ArgumentError) as error:
        raise SystemExit(f"error: {error}") from None
    except OSError as error:
        raise SystemExit(f"error: PostgreSQL does not answer: {error}") from None
    except DBAPIError as error:
        raise SystemExit(f"error: PostgreSQL says: {error.orig}") from None
    config = uvicorn.Config(
        over(settings.database_url, settings),
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
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
