"""How a process reaches PostgreSQL, and what rooms need to speak to it."""

from shared.database.connections import Driver
from shared.database.database import Database, Session
from shared.database.faults import (
    Busy,
    DiskFull,
    SchemaUnknown,
    UrlUnusable,
    cut_off,
    denied,
    full,
    out_of_reach,
    reason,
    refusal,
)
from shared.database.limits import Limits

__all__ = [
    "Busy",
    "Database",
    "DiskFull",
    "Driver",
    "Limits",
    "SchemaUnknown",
    "Session",
    "UrlUnusable",
    "cut_off",
    "denied",
    "full",
    "out_of_reach",
    "reason",
    "refusal",
]
