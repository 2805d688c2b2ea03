"""Rounds, their transitions and entries."""

from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from api.frameworks.schemas import FrameworkRef, WarningOut
from api.http.members import ApplicantRef, Count, OfCohort, RankingState, RoundState, RunNumber
from api.http.schemas import Code, Date, Items, Line, Moment, Name, Schema, Text, one_finding
from shared.changes.store import Failure
from shared.rankings.store import Freshness
from shared.rounds.entry_store import Entry
from shared.rounds.store import StoredRound

State = Literal["draft", "open", "closed"]

EntryState = TypeAliasType(
    "EntryState",
    Annotated[
        Literal["accepted", "withdrawn"],
        Field(description="Whether an applicant takes part; who is accepted is ranked."),
    ],
)


class RoundIn(Schema):
    """One assessment under one framework version."""

    code: Code = Field(description="Names the round in every path; it never changes.")
    framework: FrameworkRef = Field(description="The rules: a framework as registered.")
    title: Annotated[
        Name | Line, one_finding("not-a-title", "A title is a line of text, or one in zh and en.")
    ] = Field(description="In both languages. A single line is taken for both.")
    reference_date: Date = Field(description="Values as of a later date do not count.")
    opens_at: Moment | None = Field(
        None, description="As announced; the transition to `open` is what admits submissions."
    )
    closes_at: Moment | None = Field(
        None,
        description="As announced, after `opens_at`; the transition to `closed` is what ends them.",
    )


class TransitionIn(Schema):
    """Opens or closes a round."""

    to: RoundState = Field(
        description="The state to bring the round into: a draft opens, an open round closes, a"
        " closed one may open again. The state it is in already is no change."
    )
    reason: Text | None = Field(None, description="Required to open a closed round again.")


class Recomputation(Schema):
    """Whether the round's ranking is up to date, and why not if it is not."""

    run: RunNumber = Field(description="The last run, 0 before the first.")
    state: RankingState = Field(description="Whether the run has taken in all that was submitted.")
    as_of: Moment | None = Field(description="When the run was recorded; null: there is none yet.")
    error: str | None = Field(description="Why the last attempt failed; null: none did.")
    attempts: Count = Field(
        description="How often what waits was tried in vain; 0: nothing failed."
    )
    failed_at: Moment | None = Field(description="When the last attempt failed; null: none did.")
    retry_at: Moment | None = Field(
        description="When the next attempt is due; null: nothing failed."
    )


class RoundOut(RoundIn):
    """A round as it stands."""

    title: Name = Field(description="In both languages.")
    state: RoundState = Field(description="What the round takes.")
    created_at: Moment = Field(description="When it was registered.")
    recomputation: Recomputation = Field(description="Whether its ranking is up to date.")

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

    title: Name = Field(description="In both languages.")
    state: RoundState = Field(description="What the round takes.")
    created_at: Moment = Field(description="When it was registered.")


def summary(stored: StoredRound) -> dict[str, Any]:
    """Return what a list and a single answer both show of a round."""
    return {
        "code": stored.code,
        "framework": {"code": stored.framework_code, "version": stored.framework_version},
        "title": {"zh": stored.name.zh, "en": stored.name.en},
        "reference_date": stored.reference_date,
        "opens_at": stored.opens_at,
        "closes_at": stored.closes_at,
        "state": stored.state,
        "created_at": stored.created_at,
    }


class EntryIn(Schema):
    """Whether the applicant takes part."""

    state: EntryState = Field("accepted", description="Whether it takes part.")


class EntryOut(Schema):
    """An applicant's part in a round; accepted entries are the cohort."""

    applicant: ApplicantRef
    kind: OfCohort
    state: EntryState = Field(description="Whether it takes part.")
    changed_at: Moment = Field(description="When it came in or left.")

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
