"""How operations are shown, by kind: the whole list of the kinds that this gateway knows.

The database may hold operations of other kinds, asked for through a gateway of a newer release.
They are shown as they are recorded.
"""

from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from pydantic import Field
from typing_extensions import TypeAliasType

from api.http.schemas import Items
from api.operations.schemas import OperationItem
from api.sensitivity.schemas import PlacePage, SensitivityItem, SensitivityOperation


@dataclass(frozen=True, slots=True)
class View:
    """The shapes of one kind: an operation in a list, one with its result, a page of its items."""

    item: type[OperationItem]
    operation: type[OperationItem]
    page: type[Items[Any]]


VIEWS = {"sensitivity": View(SensitivityItem, SensitivityOperation, PlacePage)}


Recorded = TypeAliasType(
    "Recorded",
    Annotated[
        dict[str, Any],
        Field(description="A document of a kind that this release does not know, as recorded."),
    ],
)


class OtherItem(OperationItem):
    """An operation of a kind that this release does not know, in a list."""

    kind: Annotated[str, Field(json_schema_extra={"not": {"enum": list(VIEWS)}})] = Field(
        description="What is done; a newer release knows it."
    )
    parameters: Recorded = Field(description="What was asked, as it was recorded.")


class OtherOperation(OtherItem):
    """An operation of a kind that this release does not know: all is shown as it is recorded."""

    result: Recorded | None = Field(
        description="The answer, as it was recorded; null: it is not `done`."
    )


class OtherPage(Items[Recorded]):
    """A page of the items of an operation whose kind this release does not know."""


OTHER = View(OtherItem, OtherOperation, OtherPage)

# What the contract says may be answered: a member for each kind, and what is of none of them.
AnyOperation: TypeAlias = SensitivityOperation | OtherOperation
AnyPage: TypeAlias = PlacePage | OtherPage


class OperationPage(Items[SensitivityItem | OtherItem]):
    """A page of operations."""


def view_of(kind: str) -> View:
    """Return how operations of this kind are shown."""
    return VIEWS.get(kind, OTHER)
