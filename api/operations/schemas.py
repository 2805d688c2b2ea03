"""Operations as the contract shows them, whatever their kind."""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field
from typing_extensions import TypeAliasType

from api.http.members import Count, Id, ReporterName
from api.http.schemas import Moment, Schema, Share
from shared.operations.model import Operation

OperationState = TypeAliasType(
    "OperationState",
    Annotated[
        Literal["waiting", "running", "done", "failed", "cancelled"],
        Field(description="How far an operation is; the last three are final."),
    ],
)


class OperationItem(Schema):
    """An operation in a list; each kind says what its parameters are."""

    id: Id = Field(description="The operation's id; it is followed and cancelled by it.")
    kind: str = Field(description="What is done.")
    parameters: Any = Field(description="What was asked, as its kind says it.")
    state: OperationState = Field(
        description="Only what is `done` has a result, and items beside it. What was cancelled or"
        " has failed can still be read and listed, with its parameters and how far it came; its"
        " `items` are not found."
    )
    progress: Share = Field(description="How much of the work is done; 1: all of it.")
    attempts: Count = Field(description="How often a worker took it up.")
    error: str | None = Field(description="Why it failed.")
    requested_by: ReporterName | None = Field(description="For administrators and auditors alone.")
    recorded_at: Moment = Field(description="When it was asked for.")
    started_at: Moment | None = Field(description="When a worker took it up last; null: none has.")
    finished_at: Moment | None = Field(
        description="When it ended, however it did; null: it goes on."
    )


Shape = TypeVar("Shape", bound=OperationItem)


def shown(shape: type[Shape], operation: Operation, *, with_name: bool, **more: Any) -> Shape:
    """Show an operation in the *shape* of its kind, with the members that this has *more*."""
    document = {name: getattr(operation, name) for name in OperationItem.model_fields} | more
    if not with_name:
        document["requested_by"] = None
    return shape.model_validate(document)
