"""Operations as the contract shows them, whatever their kind."""

from typing import Any, Literal, TypeVar

from pydantic import Field

from api.http.schemas import Moment, Schema, Share
from shared.operations.model import Operation


class OperationItem(Schema):
    """An operation in a list; each kind says what its parameters are."""

    id: int
    kind: str
    parameters: Any
    state: Literal["waiting", "running", "done", "failed", "cancelled"] = Field(
        description="Only what is `done` has a result, and items beside it. What was cancelled or"
        " has failed can still be read and listed, with its parameters and how far it came; its"
        " `items` are not found."
    )
    progress: Share
    attempts: int = Field(description="How often a worker took it up.")
    error: str | None = Field(description="Why it failed.")
    requested_by: str | None = Field(description="For administrators and auditors alone.")
    recorded_at: Moment
    started_at: Moment | None
    finished_at: Moment | None


Shape = TypeVar("Shape", bound=OperationItem)


def shown(shape: type[Shape], operation: Operation, *, with_name: bool, **more: Any) -> Shape:
    """Show an operation in the *shape* of its kind, with the members that this has *more*."""
    document = {name: getattr(operation, name) for name in OperationItem.model_fields} | more
    if not with_name:
        document["requested_by"] = None
    return shape.model_validate(document)
