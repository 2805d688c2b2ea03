"""Types that several resources share."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, Literal, LiteralString, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError
from typing_extensions import TypeAliasType

from api.answers.codes import FIELD_CODES
from api.answers.languages import types
from shared.core.bounds import MOST_TEXT, UNWRITABLE, YEARS
from shared.scoring import framework

MOST_MOMENT = 35
"""Characters of a moment: of one with microseconds and an offset in seconds."""


class Schema(BaseModel):
    """Strict and frozen: nothing is coerced, no unknown field is taken."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


def _clean(text: str) -> str:
    if UNWRITABLE.search(text):
        raise PydanticCustomError("text-unwritable", "the text has a NUL or a lone surrogate")
    return text


IN_ORDER = {"first_year": YEARS.start, "last_year": YEARS.stop - 1}


def _date(value: Any) -> date:
    """Take ISO 8601 calendar dates alone; a timestamp or a number is not a date."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        with suppress(ValueError):  # whose text may quote the value
            found = date.fromisoformat(value)
            if found.year in YEARS:
                return found
    raise PydanticCustomError(
        "not-a-date", "a date is written YYYY-MM-DD and lies in the years 1900 to 2999", IN_ORDER
    )


def _whole(value: Any) -> Any:
    """Take 5.0 as the 5 that it is to JSON Schema."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _said(value: str) -> str:
    """Refuse what says nothing."""
    if not value.strip():
        raise PydanticCustomError("blank", "the text says something")
    return value


def _like_a_moment(value: str) -> bool:
    return len(value) <= MOST_MOMENT and bool(re.match(r"\d{4}-\d{2}-\d{2}([T ]|$)", value))


def _moment(value: Any) -> datetime:
    """Take ISO 8601 moments; one without an offset is UTC."""
    if isinstance(value, str) and _like_a_moment(value):
        with suppress(ValueError):
            value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        raise PydanticCustomError("not-a-moment", "a moment is written YYYY-MM-DDThh:mm:ssZ")
    if value.year not in YEARS:
        message: LiteralString = "a moment lies in the years 1900 to 2999"
        raise PydanticCustomError("not-a-moment", message, IN_ORDER)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def one_finding(code: LiteralString, message: LiteralString) -> WrapValidator:
    """Let what fits no member of a union be one finding at its own place, not one per member."""

    def validate(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(value)
        except ValidationError:
            raise PydanticCustomError(code, message) from None

    return WrapValidator(validate)


def _pattern(pattern: str) -> Any:
    """Say in the contract what a validator checks, which has a code and words of its own for it."""
    return Field(json_schema_extra={"pattern": pattern})


WITHOUT_NUL = r"^[^\u0000]*$"
IN_YEARS = r"^(19|2[0-9])[0-9]{2}-"

Word = Annotated[str, _pattern(WITHOUT_NUL)]
Text = Annotated[str, Field(max_length=MOST_TEXT), AfterValidator(_clean), _pattern(WITHOUT_NUL)]
Line = Annotated[
    str,
    Field(min_length=1, max_length=500),
    AfterValidator(_clean),
    AfterValidator(_said),
    _pattern(r"^[^\u0000]*[^\s\u0000][^\u0000]*$"),
]


def _never_null(schema: dict[str, Any]) -> None:
    (kind,) = (each for each in schema.pop("anyOf") if each != {"type": "null"})
    schema |= kind | {"description": schema["description"]}


def left_out(description: str, **limits: Any) -> Any:
    """Describe a member that an answer either has or lacks, and that is never null."""
    return Field(None, description=description, json_schema_extra=_never_null, **limits)


WHOLE = BeforeValidator(_whole)
CODE_FORM = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
Code = Annotated[str, Field(pattern=CODE_FORM, max_length=64)]
Date = Annotated[date, BeforeValidator(_date), _pattern(IN_YEARS)]
Moment = Annotated[datetime, BeforeValidator(_moment), _pattern(IN_YEARS)]
Kind = TypeAliasType(
    "Kind",
    Annotated[
        Literal["county", "park"],
        Field(description="A county-level division, or an industrial park."),
    ],
)
Points = Annotated[float, Field(ge=0, json_schema_extra={"x-unit": "points"})]
Share = Annotated[float, Field(ge=0, le=1, json_schema_extra={"x-unit": "share"})]
Percent = Annotated[float, Field(ge=0, le=100, json_schema_extra={"x-unit": "%"})]


class Name(Schema):
    """A name in both languages."""

    zh: Line = Field(description="In Chinese.")
    en: Line = Field(description="In English.")

    def to_domain(self) -> framework.Name:
        """Return the domain's name."""
        return framework.Name(self.zh, self.en)


MOST_FINDINGS = 1_000

Item = TypeVar("Item")


NextPage = Annotated[
    str | None,
    Field(description="The path of the next page, as in the `Link` header; null on the last."),
]


class Items(Schema, Generic[Item]):
    """A page of a list."""

    items: list[Item] = Field(
        description="The items of this page, in the list's order; empty: there are none."
    )
    next: NextPage


ProblemType = TypeAliasType(
    "ProblemType",
    Annotated[
        str,
        Field(json_schema_extra={"enum": list(types())}),
        Field(
            description="What went wrong, as the path that explains it. More may be added: take one"
            " that you do not know by its status."
        ),
    ],
)
FieldCode = TypeAliasType(
    "FieldCode",
    Annotated[
        str,
        Field(
            json_schema_extra={"enum": list(FIELD_CODES)},
            description="What is wrong with a field; docs/problems.md and docs/frameworks.md say"
            " what each means. More may be added: show the detail of one that you do not know.",
        ),
    ],
)
Params = TypeAliasType(
    "Params",
    Annotated[
        dict[str, str | int | float | list[str]],
        Field(description="Numbers and names by name, such as `least` or `codes`."),
    ],
)
PARAMS = (
    "The numbers and names that `detail` says besides, by name, such as `least`; left out if none."
)


class FieldError(Schema):
    """One field that is wrong."""

    pointer: str = Field(
        description="JSON pointer (RFC 6901) into the body; of a parameter `/query/…` or"
        " `/path/…`. Of a member's name that nobody expected, all that it is made of.",
        json_schema_extra={"pattern": r"^(/[\s\S]*)?$"},
    )
    code: FieldCode = Field(description="Stable; for a form to choose its words by.")
    detail: str = Field(description="What is wrong, in a sentence for people.")
    params: Params | None = left_out(PARAMS)


class Problem(BaseModel):
    """An error (RFC 9457). Facts of the particular problem may stand beside these members."""

    model_config = ConfigDict(extra="allow")

    type: ProblemType = Field(description="Stable; the registry is in docs/problems.md.")
    title: str = Field(description="What problems of this type have in common, in a sentence.")
    status: Annotated[int, Field(ge=400, le=599)] = Field(description="The HTTP status, again.")
    detail: str = Field(description="What happened this time, in a sentence for people.")
    instance: str = Field(
        description="The path of the request.", json_schema_extra={"pattern": r"^(/[\s\S]*)?$"}
    )
    request_id: str = Field(description="As in the `X-Request-ID` header, and in the logs.")
    errors: Annotated[list[FieldError], Field(max_length=MOST_FINDINGS)] | None = left_out(
        "What is wrong with which field; left out where no field is to blame."
    )
