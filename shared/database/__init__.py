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
from shared.database.rows import RowReach

__all__ = [
    "Busy",
    "Database",
    "DiskFull",
    "Driver",
    "Limits",
    "RowReach",
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
