"""Who sees what, when: one policy that every way out goes through."""

from shared.visibility.policy import (
    View,
    reach_of,
    rows_of,
    sees_combined_marks,
    sees_names,
    shown_name,
    streams_whole,
    whose_receipts,
)
from shared.visibility.service import require_score, view, visible

__all__ = [
    "View",
    "reach_of",
    "require_score",
    "rows_of",
    "sees_combined_marks",
    "sees_names",
    "shown_name",
    "streams_whole",
    "view",
    "visible",
    "whose_receipts",
]
