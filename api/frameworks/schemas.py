"""Framework documents."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypeAliasType

from api.answers.codes import WARNING_CODES
from api.frameworks.documents import CodeLists, DimensionRule, Measures
from api.http.members import CodeRef, EmptyRule, Pointer, Sha256, one_of
from api.http.schemas import Code, Items, Moment, Name, Points, Schema
from shared.core.errors import Finding

WarningCode = TypeAliasType(
    "WarningCode",
    Annotated[
        str,
        one_of(WARNING_CODES),
        Field(
            description="What is hardly meant. More may be added: show the message of one that you"
            " do not know."
        ),
    ],
)


class FrameworkIn(Schema):
    """A framework document; docs/frameworks.md says what each part means."""

    code: Code = Field(description="Names the framework; all of its versions have it.")
    version: Code = Field(description="Names the version; a registered one is never changed.")
    name: Name = Field(description="The framework's name in both languages.")
    points: float = Field(gt=0, description="What all indicators add up to.")
    precision: int = Field(ge=0, le=6, description="Decimals of every published number of points.")
    empty: EmptyRule | None = Field(
        None, description="What becomes of the points of a dimension whose lines are all skipped."
    )
    code_lists: CodeLists | None = Field(None, description="Closed lists.")
    measures: Measures = Field(description="What is reported, by code.")
    dimensions: Annotated[list[DimensionRule], Field(min_length=1)] = Field(
        description="The tree: dimensions, their categories, their indicators."
    )


class FrameworkOut(FrameworkIn):
    """A framework document as registered, with what the service knows of it."""

    sha256: Sha256 = Field(
        description="Of the document's canonical JSON (RFC 8785), in hexadecimal."
    )
    registered_at: Moment = Field(description="When it was registered.")


class WarningOut(Schema):
    """Something that is admitted but hardly meant; it keeps nothing from happening."""

    pointer: Pointer = Field(
        description="JSON pointer (RFC 6901) into the framework's document; empty: all of it."
    )
    code: WarningCode = Field(
        description="What; docs/frameworks.md and docs/diagnostics.md say what each means."
    )
    message: str = Field(description="The same in a sentence of English, for people.")

    @classmethod
    def of(cls, finding: Finding) -> "WarningOut":
        """Show *finding*."""
        return cls(pointer=finding.pointer, code=finding.code, message=finding.message)


class RegistrationOut(FrameworkOut):
    """A framework document as registered, and what in it deserves a second look."""

    warnings: list[WarningOut] = Field(description="What deserves a second look; empty: nothing.")


class FrameworkItem(Schema):
    """A registered framework, without its document."""

    code: CodeRef = Field(description="The framework's code.")
    version: CodeRef = Field(description="Its version.")
    name: Name = Field(description="The framework's name in both languages.")
    points: Points = Field(description="What all indicators add up to.")
    sha256: Sha256
    registered_at: Moment = Field(description="When it was registered.")


class FrameworkRef(Schema):
    """Names a registered framework."""

    code: Code = Field(description="The framework's code.")
    version: Code = Field(description="Its version.")


class FrameworkPage(Items[FrameworkItem]):
    """A page of frameworks."""
