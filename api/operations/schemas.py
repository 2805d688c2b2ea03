"""Operations as the contract shows them."""

from typing import Any, Literal

from pydantic import Field

from api.http.schemas import Items, Moment, Schema, Share
from api.sensitivity.schemas import SensitivityOut, SensitivityParameters
from shared.operations.model import Operation


class OperationItem(Schema):
    """An operation in a list."""

    id: int
    kind: Literal["sensitivity"]
    parameters: SensitivityParameters
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    progress: Share
    attempts: int = Field(description="How often a worker took it up.")
    error: str | None = Field(description="Why it failed.")
    requested_by: str | None = Field(description="For administrators and auditors alone.")
    recorded_at: Moment
    started_at: Moment | None
    finished_at: Moment | None


class OperationOut(OperationItem):
    """An operation, with its result once it is done."""

    result: SensitivityOut | None


class OperationPage(Items[OperationItem]):
    """A page of operations."""


def shown(operation: Operation, *, with_name: bool) -> dict[str, Any]:
    """Return what a list and a single answer both show of an operation."""
    document = {name: getattr(operation, name) for name in OperationItem.model_fields}
    return document if with_name else document | {"requested_by": None}
