"""Every table of the service: a room's own stand in its `tables.py`."""

from shared.access import tables as access
from shared.applicants import tables as applicants
from shared.audit import tables as audit
from shared.batches import tables as batches
from shared.changes import tables as changes
from shared.conflicts import tables as conflicts
from shared.database.table import Table
from shared.events import tables as events
from shared.frameworks import tables as frameworks
from shared.idempotency import tables as idempotency
from shared.operations import tables as operations
from shared.quotas import tables as quotas
from shared.rounds import tables as rounds
from shared.runs import tables as runs
from shared.seals import tables as seals
from shared.sessions import tables as sessions
from shared.submissions import tables as submissions
from shared.webhooks import tables as webhooks

ROOMS = (
    access,
    applicants,
    audit,
    batches,
    changes,
    conflicts,
    events,
    frameworks,
    idempotency,
    operations,
    quotas,
    rounds,
    runs,
    seals,
    sessions,
    submissions,
    webhooks,
)
METADATA = Table.metadata
