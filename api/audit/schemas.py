"""Audit events as the contract shows them."""

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypeAliasType

from api.http.members import Id, ReporterName, RequestId, RoundRef, said
from api.http.schemas import Items, Moment, Schema
from shared.audit.list_store import Event

MOST_ACTION = 64

AuditDetail = TypeAliasType(
    "AuditDetail",
    Annotated[
        dict[str, Any],
        Field(
            description="Members by name; each action has its own, and may have more one day. Of"
            " what a request changed `by` says by which key (its number, 0 of a token), in which"
            " role and from which address; of a refused request these are members themselves."
        ),
    ],
)


class AuditEventOut(Schema):
    """Who did what, or was refused."""

    id: Id = Field(description="The event's number: later events have greater ones, with gaps.")
    recorded_at: Moment = Field(
        description="When it was written down: of a refused request up to some minutes later than"
        " it came, which `detail.at` says."
    )
    actor: ReporterName | None = Field(
        description="Who did it: a reporter's name, or `operator` at the command line; null: of a"
        " refused request of which that is not known, or of several."
    )
    action: Annotated[str, said(pattern=r"^[a-z]+\.[a-z]+$", maxLength=MOST_ACTION)] = Field(
        description="What was done, such as `round.transition` or `request.refused`; more may be"
        " added."
    )
    subject: str = Field(
        description="What it was done to: a code, a name or an id, as the action has it; of a"
        " refused request the operation."
    )
    detail: AuditDetail = Field(
        description="What there is to say of it besides, such as `from`, `to` and `reason` of a"
        " round's change of state; empty: nothing."
    )
    round: RoundRef | None = Field(description="In which round; null: in none.")
    request_id: RequestId | None = Field(
        description="In which request, as the logs have it; null: in several."
    )

    @classmethod
    def of(cls, event: Event) -> "AuditEventOut":
        """Show *event*."""
        return cls(
            id=event.number,
            recorded_at=event.recorded_at,
            actor=event.actor or None,
            action=event.action,
            subject=event.subject,
            detail=event.detail,
            round=event.round,
            request_id=event.request_id or None,
        )


class AuditEventPage(Items[AuditEventOut]):
    """A page of the audit trail."""
