"""How a process reaches PostgreSQL, and what rooms need to speak to it."""

from shared.database.database import Database, Driver, Session
from shared.database.faults import (
    DiskFull,
    SchemaUnknown,
    UrlUnusable,
    cut_off,
    full,
    out_of_reach,
    refusal,
)

__all__ = [
    "Database",
    "DiskFull",
    "Driver",
    "SchemaUnknown",
    "Session",
    "UrlUnusable",
    "cut_off",
    "full",
    "out_of_reach",
    "refusal",
]
