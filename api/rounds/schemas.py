"""Rounds, their transitions and entries."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.frameworks.schemas import FrameworkRef, WarningOut
from api.http.schemas import Code, Date, Items, Kind, Line, Moment, Name, Schema, Text, one_finding
from shared.changes.store import Failure
from shared.rankings.store import Freshness
from shared.rounds.entry_store import Entry
from shared.rounds.store import StoredRound

State = Literal["draft", "open", "closed"]


class RoundIn(Schema):
    """One assessment under one framework version."""

    code: Code
    framework: FrameworkRef
    title: Annotated[
        Name | Line, one_finding("not-a-title", "A title is a line of text, or one in zh and en.")
    ]
    reference_date: Date = Field(description="Values as of a later date do not count.")
    opens_at: Moment | None = Field(
        None, description="As announced; the transition to `open` is what admits submissions."
    )
    closes_at: Moment | None = Field(
        None, description="As announced; the transition to `closed` is what ends them."
    )


class TransitionIn(Schema):
    """Opens or closes a round."""

    to: State
    reason: Text | None = Field(None, description="Required to open a closed round again.")


class Recomputation(Schema):
    """Whether the round's ranking is up to date, and why not if it is not."""

    run: int = Field(description="The last run, 0 before the first.")
    state: Literal["current", "recomputing", "failed"]
    as_of: Moment | None
    error: str | None = Field(description="Why the last attempt failed.")
    attempts: int
    failed_at: Moment | None
    retry_at: Moment | None


class RoundOut(RoundIn):
    """A round as it stands."""

    state: State
    created_at: Moment
    recomputation: Recomputation

    @classmethod
    def of(cls, stored: StoredRound, fresh: Freshness, failure: Failure | None) -> "RoundOut":
        """Show *stored* with where its scores stand."""
        return cls.model_validate(
            {
                **summary(stored),
                "recomputation": {
                    "run": fresh.run,
                    "state": fresh.state,
                    "as_of": fresh.recorded_at,
                    "error": failure and failure.error,
                    "attempts": failure.attempts if failure else 0,
                    "failed_at": failure and failure.failed_at,
                    "retry_at": failure and failure.retry_at,
                },
            }
        )


class TransitionOut(RoundOut):
    """A round as it stands after a transition."""

    warnings: list[WarningOut] = Field(
        description="Of a round that opens: what deserves a look before values come in."
    )


class RoundItem(RoundIn):
    """A round in a list."""

    state: State
    created_at: Moment


def summary(stored: StoredRound) -> dict[str, Any]:
    """Return what a list and a single answer both show of a round."""
    return {
        "code": stored.code,
        "framework": {"code": stored.framework_code, "version": stored.framework_version},
        "title": stored.title,
        "reference_date": stored.reference_date,
        "opens_at": stored.opens_at,
        "closes_at": stored.closes_at,
        "state": stored.state,
        "created_at": stored.created_at,
    }


class EntryIn(Schema):
    """Whether the applicant takes part."""

    state: Literal["accepted", "withdrawn"] = "accepted"


class EntryOut(Schema):
    """An applicant's part in a round; accepted entries are the cohort."""

    applicant: str
    kind: Kind
    state: Literal["accepted", "withdrawn"]
    changed_at: Moment

    @classmethod
    def of(cls, entry: Entry) -> "EntryOut":
        """Show *entry*."""
        return cls.model_validate(
            {name: getattr(entry, name) for name in ("applicant", "kind", "state", "changed_at")}
        )


class RoundPage(Items[RoundItem]):
    """A page of rounds."""


class EntryPage(Items[EntryOut]):
    """A page of entries."""
