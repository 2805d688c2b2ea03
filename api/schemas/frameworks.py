"""Framework documents."""

from typing import Any

from pydantic import ConfigDict, Field

from api.schemas.common import Items, Moment, Name, Schema


class FrameworkOut(Schema):
    """A framework document as registered, with what the service knows of it.

    The whole shape is in docs/frameworks.md.
    """

    model_config = ConfigDict(extra="allow")

    code: str
    version: str
    name: Name
    points: float
    precision: int
    measures: dict[str, Any]
    dimensions: list[Any]
    sha256: str = Field(description="Of the document's canonical JSON (RFC 8785), in hexadecimal.")
    registered_at: Moment


class FrameworkItem(Schema):
    """A registered framework, without its document."""

    code: str
    version: str
    name: Name
    points: float
    sha256: str
    registered_at: Moment


class FrameworkRef(Schema):
    """Names a registered framework."""

    code: str
    version: str


class FrameworkPage(Items[FrameworkItem]):
    """A page of frameworks."""
