"""What an operator lets one connection, and all of them, take."""

from dataclasses import dataclass

from shared.settings import Settings


@dataclass(frozen=True)
class Bounds:
    """What the connections of a process are held to."""

    connections: int
    head_bytes: int
    head_seconds: float
    stall_seconds: float

    @classmethod
    def of(cls, settings: Settings) -> "Bounds":
        """Return what an operator has set."""
        return cls(
            settings.max_connections,
            settings.max_head,
            settings.head_timeout.total_seconds(),
            settings.stall_timeout.total_seconds(),
        )
