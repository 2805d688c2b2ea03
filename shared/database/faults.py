"""What goes wrong between us and PostgreSQL, told apart by SQLSTATE."""

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

NO_SERVER = ("08", "57P", "53300")
"""How the SQLSTATE begins where a server is gone, stops, starts, or has no connection to spare."""

CLOSED = "connection is closed"
"""How the driver says, without a SQLSTATE, that its connection was lost before it was asked."""

CUT_OFF = ("57014", "55P03")
"""SQLSTATE of a statement that was cancelled, by a limit on time or by hand, or waited too long."""

FULL = "53100"
"""SQLSTATE where the disk is full: nothing was written, and reading goes on."""

DENIED = "42501"
"""SQLSTATE where the user of the URL lacks a right."""


class DiskFull(RuntimeError):
    """A write failed a moment ago because the database's disk is full."""

    sqlstate = FULL


class Busy(RuntimeError):
    """Others who have a turn did not come to an end; nothing was begun."""

    sqlstate = CUT_OFF[1]


class SchemaUnknown(RuntimeError):
    """The database's schema is not the one this version of the service was written for."""


class UrlUnusable(ValueError):
    """The database's URL is none, or not PostgreSQL's; the message never repeats it."""


def out_of_reach(error: BaseException) -> bool:
    """Say whether PostgreSQL did not answer, whatever it was asked: the same can be asked again.

    At a commit it is then unknown whether it took effect.
    """
    return (
        # asyncpg's InternalClientError is what a server's last word looks like before it is gone.
        isinstance(error, OSError | PoolExhausted | asyncpg.InternalClientError)
        or getattr(error, "connection_invalidated", False)
        or _sqlstate(error).startswith(NO_SERVER)
        or (isinstance(error, asyncpg.InterfaceError) and str(error).endswith(CLOSED))
    )


def cut_off(error: BaseException) -> bool:
    """Say whether PostgreSQL broke a statement off because it took too long: it left no trace."""
    return _sqlstate(error) in CUT_OFF


def full(error: BaseException) -> bool:
    """Say whether PostgreSQL has no room to write: the same can be asked again later."""
    return _sqlstate(error) == FULL


def denied(error: BaseException) -> bool:
    """Say whether PostgreSQL refused because the user lacks a right."""
    return _sqlstate(error) == DENIED


def refusal(error: BaseException) -> str | None:
    """Return PostgreSQL's own words where it refused a statement; None for any other error."""
    return str(error.orig) if isinstance(error, DBAPIError) else None


def reason(error: OSError) -> str:
    """Return why no server was reached; a time-out has no words of its own."""
    return str(error) or "no answer in time"


def _sqlstate(error: BaseException) -> str:
    origin = getattr(error, "orig", error)  # what goes past SQLAlchemy raises the driver's own
    return getattr(origin, "sqlstate", None) or ""
