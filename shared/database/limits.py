"""How long a process waits for PostgreSQL at most: the one place that says it.

The server keeps most of these limits itself and so ends a statement cleanly. A server that was
stopped keeps none: for it, the client waits a second longer and then throws the connection away.
Migrations have limits of their own (`migrations/env.py`).
"""

from dataclasses import dataclass
from datetime import timedelta

from shared.settings import Settings

GRACE = timedelta(seconds=1)
"""How much longer the client waits than the server does, which then has the first word."""


@dataclass(frozen=True)
class Limits:
    """What may last how long, over the connections of one process."""

    connect: timedelta
    pool: timedelta
    statement: timedelta
    lock: timedelta
    idle: timedelta

    @classmethod
    def of_gateway(cls, settings: Settings) -> "Limits":
        """Return the limits of short statements, for which somebody waits."""
        return cls(
            settings.database_connect_timeout,
            settings.database_pool_timeout,
            settings.database_statement_timeout,
            settings.database_lock_timeout,
            settings.database_idle_timeout,
        )

    @classmethod
    def of_worker(cls, settings: Settings) -> "Limits":
        """Return the limits of statements over whole rounds; between two it computes the scores.

        A lock is waited for as long: nobody waits for the worker, and a round whose run is broken
        off, by a migration for instance, is set aside.
        """
        limit = settings.worker_statement_timeout
        return cls(
            settings.database_connect_timeout,
            settings.database_pool_timeout,
            statement=limit,
            lock=limit,
            idle=limit,
        )

    def of_server(self) -> dict[str, str]:
        """Return what the server is to keep, as settings of a session."""
        limits = {
            "statement_timeout": self.statement,
            "lock_timeout": self.lock,
            "idle_in_transaction_session_timeout": self.idle,
        }
        return {name: f"{limit.total_seconds() * 1000:.0f}ms" for name, limit in limits.items()}

    def of_client(self) -> dict[str, float]:
        """Return what the driver is to keep, in seconds."""
        return {
            "timeout": self.connect.total_seconds(),
            "command_timeout": (self.statement + GRACE).total_seconds(),
        }


DEFAULT = Limits.of_gateway(Settings.model_construct())
"""The gateway's, as they are where nobody set any."""
