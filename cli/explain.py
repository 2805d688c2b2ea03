"""What goes wrong without being a bug, on one line for whoever typed the command.

A module of its own because it imports the database driver, which most commands start without.
"""

from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, DBAPIError

from cli.errors import CommandError
from shared.domain.errors import DomainError
from shared.embedded import EmbeddedError
from shared.store.engine import SchemaUnknown


def explain(error: Exception) -> str | None:
    """Say on one line what happened and what to do; None for what nobody foresaw."""
    match error:
        case CommandError() | EmbeddedError() | SchemaUnknown():
            line = str(error)
        case DomainError():
            findings = [f"{each.pointer}: {each.message}" for each in error.findings]
            line = "; ".join([str(error), *findings])
        case ValidationError():
            wrong = [f"PILOTZONE_{each['loc'][0]}".upper() for each in error.errors()]
            line = f"{', '.join(wrong)}: {error.errors()[0]['msg']}"
        case ArgumentError():
            line = "PILOTZONE_DATABASE_URL is not a URL: write postgresql://user@host/database"
        case DBAPIError():
            line = f"PostgreSQL refuses: {error.orig}"
        case OSError(filename=None):
            line = f"PostgreSQL is out of reach ({error}): start it or set PILOTZONE_DATABASE_URL"
        case OSError():
            line = f"{error.filename}: {error.strerror}"
        case _:
            return None
    return " ".join(line.split())
