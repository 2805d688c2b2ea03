"""Framework documents."""

from typing import Any

from pydantic import ConfigDict, Field

from api.http.schemas import Code, Items, Moment, Name, Schema
from shared.core.errors import Finding


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


class WarningOut(Schema):
    """Something that is admitted but hardly meant; it keeps nothing from happening."""

    pointer: str = Field(
        description="JSON pointer (RFC 6901) into the framework's document; empty: all of it."
    )
    code: str = Field(description="Stable; docs/frameworks.md and docs/diagnostics.md list them.")
    message: str

    @classmethod
    def of(cls, finding: Finding) -> "WarningOut":
        """Show *finding*."""
        return cls(pointer=finding.pointer, code=finding.code, message=finding.message)


class RegistrationOut(FrameworkOut):
    """A framework document as registered, and what in it deserves a second look."""

    warnings: list[WarningOut]


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

    code: Code
    version: Code


class FrameworkPage(Items[FrameworkItem]):
    """A page of frameworks."""
