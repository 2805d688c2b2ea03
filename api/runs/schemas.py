"""Runs as the contract shows them."""

from pydantic import Field

from api.http.schemas import Items, Moment, Schema

WITHHELD = "Null for an expert in an open round until all of its marks stand."


class RunOut(Schema):
    """One recomputation of a round."""

    run: int
    recorded_at: Moment
    started_at: Moment
    worker: str
    reason: str = Field(description="What was taken in, in words.")
    submissions: int = Field(description="How many submissions it took in that no run before had.")
    other_changes: int
    cohort: int
    scores_written: int | None = Field(description=WITHHELD)
    duration_ms: float | None = Field(description=WITHHELD)
    read_ms: float | None = Field(description=WITHHELD)
    compute_ms: float | None = Field(description=WITHHELD)
    write_ms: float | None = Field(description=WITHHELD)
    request_ids: list[str] = Field(description="Of the first requests that caused it.")


class RunPage(Items[RunOut]):
    """A page of runs."""
