"""What a worker tells Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

from shared.runs.store import NewRun
from shared.webhooks.model import Answer

STAGES = Histogram(
    "pilotzone_run_stage_seconds",
    "Time of a run by stage.",
    ["stage"],
    buckets=(0.005, 0.02, 0.1, 0.5, 2, 10, 60),
)
DURATION = Histogram(
    "pilotzone_run_seconds", "Time of a run, commit included.", buckets=(0.01, 0.05, 0.2, 1, 5, 30)
)
COHORT = Histogram(
    "pilotzone_run_cohort", "Applicants scored by a run.", buckets=(10, 100, 1_000, 10_000, 100_000)
)
WRITTEN = Counter("pilotzone_scores_written", "Score versions appended.")
INPUTS = Counter("pilotzone_run_submissions", "Submissions taken in by runs.")
FAILURES = Counter("pilotzone_run_failures", "Runs that failed and were set aside.")
OPERATIONS = Counter(
    "pilotzone_operations", "Operations taken up, by what became of them.", ["state"]
)

DELIVERIES = Counter(
    "pilotzone_webhook_deliveries",
    "Attempts to deliver an event, by what came of them: delivered, or the failure.",
    ["result"],
)
DELIVERY = Histogram(
    "pilotzone_webhook_delivery_seconds",
    "Time of an attempt to deliver an event.",
    buckets=(0.005, 0.02, 0.1, 0.5, 2, 10),
)
WEBHOOKS = Gauge("pilotzone_webhooks", "Webhooks that are paused or failing.", ["state"])


def observe_delivery(answer: Answer) -> None:
    """Count an attempt to deliver an event."""
    DELIVERIES.labels(answer.failure or "delivered").inc()
    DELIVERY.observe(answer.milliseconds / 1e3)


def observe_run(run: NewRun, seconds: float) -> None:
    """Count a finished run."""
    DURATION.observe(seconds)
    STAGES.labels("read").observe(run.read_ms / 1e3)
    STAGES.labels("compute").observe(run.compute_ms / 1e3)
    STAGES.labels("write").observe(run.write_ms / 1e3)
    COHORT.observe(run.cohort)
    WRITTEN.inc(run.scores_written)
    INPUTS.inc(run.submissions)
