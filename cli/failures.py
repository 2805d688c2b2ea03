"""What goes wrong without being a bug, on one line for whoever typed the command.

A module of its own because it imports the database driver, which most commands start without.
"""

from pydantic import ValidationError

from cli.errors import CommandError
from shared.core.errors import DomainError
from shared.database import SchemaUnknown, UrlUnusable, denied, reason, refusal
from shared.embedded.server import EmbeddedError
from shared.process.listening import AddressUnusable


def explain(error: Exception) -> str | None:
    """Say on one line what happened and what to do; None for what nobody foresaw."""
    if isinstance(error, SchemaUnknown) and isinstance(error.__cause__, Exception):
        # Stores take a right that is lacking for a step that is: not so with the owner's commands.
        error = error.__cause__ if denied(error.__cause__) else error
    match error:
        case CommandError() | EmbeddedError() | SchemaUnknown() | UrlUnusable() | AddressUnusable():
            line = str(error)
        case DomainError():
            findings = [f"{each.pointer}: {each.message}" for each in error.findings]
            line = "; ".join([str(error), *findings])
        case ValidationError():
            wrong = [f"PILOTZONE_{each['loc'][0]}".upper() for each in error.errors()]
            first = error.errors()[0]
            too_large = "too large" in first.get("ctx", {}).get("error", "")
            no_duration = first["type"] == "time_delta_parsing" and not too_large
            said = "a duration is written like PT1S or PT0.5S" if no_duration else first["msg"]
            line = f"{', '.join(wrong)}: {said}"
        case OSError(filename=None):
            why = reason(error)
            line = f"PostgreSQL is out of reach ({why}): start it or set PILOTZONE_DATABASE_URL"
        case FileExistsError() | NotADirectoryError():
            line = f"{error.filename} is no folder, and one is wanted"
        case OSError():
            line = f"{error.filename}: {error.strerror}"
        case _ if (words := refusal(error)) is not None:
            line = f"PostgreSQL refuses: {words}"
            if denied(error):
                line += ": set PILOTZONE_DATABASE_URL to that of the tables' owner"
        case _:
            return None
    return " ".join(line.split())
