"""How gateway and worker begin: settings, logs, the tie to the parent, and errors on one line."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import ArgumentError, DBAPIError

from shared import log, orphan
from shared.settings import Settings
from shared.store.engine import SchemaUnknown


def begin(name: str) -> tuple[Settings, str]:
    """Read the settings, send logs under *name*, and end with the parent if it says so.

    Returns the settings and the database's URL, without which neither part runs: it exits.
    """
    settings = Settings()
    if settings.database_url is None:
        raise SystemExit("error: PILOTZONE_DATABASE_URL is not set")
    log.configure(name, settings.log_format, settings.log_level)
    orphan.watch_parent()
    return settings, settings.database_url


@contextmanager
def faults_on_one_line() -> Iterator[None]:
    """Exit with status 1 and a line that says what to do where the database is not as needed."""
    try:
        yield
    except (SchemaUnknown, ArgumentError) as error:
        raise SystemExit(f"error: {error}") from None
    except OSError as error:
        raise SystemExit(f"error: PostgreSQL does not answer: {error}") from None
    except DBAPIError as error:
        raise SystemExit(f"error: PostgreSQL says: {error.orig}") from None
