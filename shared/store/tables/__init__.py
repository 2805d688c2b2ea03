"""The tables. Every table that grows carries the round first in its key.

Rows of `submission`, `run`, `run_input`, `run_parameters`, `score_version` and `audit_event` are
appended and never changed: the service's database roles have no other right on them.

Codes are compared byte by byte (collation C), so that no order depends on a server's locale.
Missing numbers in arrays are NaN, never NULL: an array's binary form then has one fixed width.
"""

from shared.store.tables.access import ApiKeyRow, AuditEventRow, ReporterRow
from shared.store.tables.base import Table
from shared.store.tables.operations import OperationRow
from shared.store.tables.rounds import ApplicantRow, ConflictRow, EntryRow, FrameworkRow, RoundRow
from shared.store.tables.runs import (
    RoundFailureRow,
    RunInputRow,
    RunParametersRow,
    RunRow,
    ScoreVersionRow,
)
from shared.store.tables.submissions import SubmissionChangeRow, SubmissionRow

__all__ = [
    "ApiKeyRow",
    "ApplicantRow",
    "AuditEventRow",
    "ConflictRow",
    "EntryRow",
    "FrameworkRow",
    "OperationRow",
    "ReporterRow",
    "RoundFailureRow",
    "RoundRow",
    "RunInputRow",
    "RunParametersRow",
    "RunRow",
    "ScoreVersionRow",
    "SubmissionChangeRow",
    "SubmissionRow",
    "Table",
]
