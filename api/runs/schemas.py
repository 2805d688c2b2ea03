"""Runs as the contract shows them."""

from typing import Annotated

from pydantic import Field

from api.http.members import Count, RequestId, RunNumber, said
from api.http.schemas import Items, Line, Moment, Schema
from shared.changes.consumed_store import TRACED
from shared.runs.cause_store import ACTIONS

WITHHELD = "Null for an expert in an open round until all of its marks stand."


class RunCauseOut(Schema):
    """What somebody did that a run took in, submissions excepted."""

    action: Annotated[str, said(**{"x-extensible-enum": list(ACTIONS)})] = Field(
        description="What was done: an entry accepted or withdrawn, an expert's tie declared or"
        " lifted, a recomputation asked for."
    )
    subject: str = Field(description="The applicant, or of a recomputation the round.")
    actor: str = Field(description="Who did it.")
    reason: str | None = Field(description="The reason that was given; null: none.")
    request_id: RequestId = Field(description="Of the request that did it.")
    recorded_at: Moment = Field(description="When it was done.")


class RunIn(Schema):
    """Asks for a run over the whole cohort."""

    reason: Line = Field(description="Why: it is kept, and the run's `causes` say it.")


class RunAsked(Schema):
    """A run that was asked for."""

    applicants: Count = Field(description="How many applicants it will score anew.")
    after: RunNumber = Field(description="The last run so far; the one that follows is meant.")


class RunOut(Schema):
    """One recomputation of a round."""

    run: RunNumber = Field(description="The run's number: 1, 2, 3 … without a gap.")
    recorded_at: Moment = Field(description="When its scores were stored.")
    started_at: Moment = Field(description="When it was begun.")
    worker: str = Field(description="The process that did it, for those who run the service.")
    reason: str = Field(description="What was taken in, in words.")
    submissions: Count = Field(
        description="How many submissions it took in that no run before had."
    )
    other_changes: Count = Field(
        description="How many changes it took in that are no submissions: entries, conflicts of"
        " interest, requests to compute anew."
    )
    cohort: Count = Field(description="How many applicants it scored.")
    scores_written: Count | None = Field(
        description="Of how many applicants the score became another. Null for an expert in an"
        " open round until all of its marks stand."
    )
    duration_ms: float | None = Field(
        description="Milliseconds from beginning to end. Null for an expert in an open round"
        " until all of its marks stand."
    )
    read_ms: float | None = Field(
        description="Milliseconds of these for reading what is submitted. Null as `duration_ms`."
    )
    compute_ms: float | None = Field(
        description="Milliseconds of these for computing. Null as `duration_ms`."
    )
    write_ms: float | None = Field(
        description="Milliseconds of these for writing scores. Null as `duration_ms`."
    )
    request_ids: Annotated[list[RequestId], Field(max_length=TRACED)] = Field(
        description="Of the first requests that caused it, those before that did more than submit."
    )
    causes: list[RunCauseOut] | None = Field(
        description="What these requests did beside submitting, in its order. Null but for"
        " administrators and auditors whose keys have no limits."
    )


class RunPage(Items[RunOut]):
    """A page of runs."""
