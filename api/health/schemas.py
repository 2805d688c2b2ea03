"""The state of a gateway."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from api.http.schemas import Schema

HealthState = TypeAliasType(
    "HealthState",
    Annotated[Literal["live", "ready"], Field(description="What a gateway can say of itself.")],
)


class Health(Schema):
    """What a gateway can say of itself; one that can't does not answer 200."""

    status: HealthState = Field(
        description="`live`: the process answers. `ready`: so does its database, and it knows"
        " the schema."
    )
