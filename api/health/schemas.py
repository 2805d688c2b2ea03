"""The state of a gateway."""

from typing import Literal

from api.http.schemas import Schema


class Health(Schema):
    """What a gateway can say of itself; one that can't does not answer 200."""

    status: Literal["live", "ready"]
