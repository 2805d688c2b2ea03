"""Framework documents."""

from typing import Literal

from pydantic import Field

from api.frameworks.documents import DimensionRule, ListedCode, MeasureRule
from api.http.schemas import Code, Items, Moment, Name, Schema
from shared.core.errors import Finding


class FrameworkIn(Schema):
    """A framework document; docs/frameworks.md says what each part means."""

    code: Code
    version: Code
    name: Name
    points: float = Field(gt=0, description="What all indicators add up to.")
    precision: int = Field(ge=0, le=6, description="Decimals of every published number of points.")
    empty: Literal["zero", "pass_on"] | None = Field(
        None, description="What becomes of the points of a dimension whose lines are all skipped."
    )
    code_lists: dict[str, list[ListedCode]] | None = Field(None, description="Closed lists.")
    measures: dict[str, MeasureRule] = Field(description="What is reported, by code.")
    dimensions: list[DimensionRule]


class FrameworkOut(FrameworkIn):
    """A framework document as registered, with what the service knows of it."""

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
