"""As whom the processes of the service work in PostgreSQL."""

from enum import StrEnum


class DatabaseRole(StrEnum):
    """A role of the database: its rights end where the process's work ends."""

    GATEWAY = "pilotzone_gateway"
    WORKER = "pilotzone_worker"
