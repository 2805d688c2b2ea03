"""What gateway and worker both tell Prometheus: how much waits for a run."""

from prometheus_client import Gauge

from shared.changes.store import Queue

DEPTH = Gauge("pilotzone_queue_changes", "Changes that wait for a run.")
OLDEST = Gauge("pilotzone_queue_oldest_seconds", "Age of the oldest change that waits.")


def observe_queue(queue: Queue) -> None:
    """Show what waits."""
    DEPTH.set(queue.changes)
    OLDEST.set(queue.oldest_seconds)
