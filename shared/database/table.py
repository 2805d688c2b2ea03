"""What all tables share. Every table that grows carries the round first in its key.

Rows of `submission`, `run`, `run_input`, `run_parameters`, `score_version`, `audit_event` and
`round_event` are appended and never changed: the service's database roles have no other right on
them.

Codes are compared byte by byte (collation C), so that no order depends on a server's locale.
Missing numbers in arrays are NaN, never NULL: an array's binary form then has one fixed width.
"""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Double, LargeBinary, MetaData, Text, func
from sqlalchemy.orm import DeclarativeBase

CODE = Text(collation="C")
NOW = func.now()


class Table(DeclarativeBase):
    """One table of the service."""

    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "ix": "%(table_name)s_%(column_0_N_name)s_idx",
            "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
            "ck": "%(table_name)s_%(constraint_name)s_check",
        }
    )
    type_annotation_map = {  # noqa: RUF012
        int: BigInteger,
        str: Text,
        float: Double,
        datetime: DateTime(timezone=True),
        bytes: LargeBinary,
    }
