"""Who acts, and in which request."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A reporter by name, and the request that everything it causes is traced to."""

    name: str
    request_id: str
