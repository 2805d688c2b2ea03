"""The types of members that many resources have: what each means, its unit, its limits.

A member says for itself what these do not: of which moment it is, or when it is null.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from api.http.paths import GREATEST_ID
from api.http.schemas import CODE_FORM, Kind, Name
from shared.scoring.flags import NAMES


def said(**schema: Any) -> Any:
    """Say in the contract what holds of what we give out; nothing is checked."""
    return Field(json_schema_extra=schema)


def one_of(words: Iterable[str]) -> Any:
    """Say in the contract that a text is one of *words*."""
    return said(enum=[str(each) for each in words])


MOST_COUNTED = 2**31 - 1
_code = said(pattern=CODE_FORM, maxLength=64)

ApplicantRef = Annotated[str, _code, Field(description="The applicant's code.")]
MeasureRef = Annotated[str, _code, Field(description="The measure's code in the framework.")]
IndicatorRef = Annotated[str, _code, Field(description="The indicator's code in the framework.")]
DimensionRef = Annotated[str, _code, Field(description="The dimension's code in the framework.")]
RoundRef = Annotated[str, _code, Field(description="The round's code.")]
CodeRef = Annotated[str, _code]
ReporterName = Annotated[str, said(maxLength=500), Field(description="The reporter's name.")]
RequestId = Annotated[str, said(pattern="^[A-Za-z0-9._-]{1,64}$", maxLength=64)]
ApplicantName = Annotated[Name, Field(description="The applicant's name in both languages.")]
MeasureName = Annotated[Name, Field(description="The measure's name in both languages.")]
IndicatorName = Annotated[Name, Field(description="The indicator's name in both languages.")]
DimensionName = Annotated[Name, Field(description="The dimension's name in both languages.")]
OfCohort = Annotated[
    Kind, Field(description="The applicant's kind: it is ranked among those of the same kind.")
]
Unit = Annotated[
    str,
    said(maxLength=64),
    Field(description="The measure's unit as the framework writes it; empty: it has none."),
]
UnitName = Annotated[
    Name | None,
    Field(
        description="The unit in both languages, to stand behind a number; as the framework writes"
        " it where the service knows no word. Null: it has none."
    ),
]
Sha256 = Annotated[
    str,
    said(pattern="^[0-9a-f]{64}$", maxLength=64),
    Field(description="Of the document's canonical JSON (RFC 8785), in hexadecimal."),
]
Pointer = Annotated[str, said(maxLength=2_000, pattern=r"^(/.*)?$")]

Id = Annotated[int, Field(ge=1, le=GREATEST_ID)]
RunNumber = Annotated[int, Field(ge=0, le=GREATEST_ID)]
Count = Annotated[int, Field(ge=0, le=MOST_COUNTED)]
Rank = Annotated[int, Field(ge=1, le=MOST_COUNTED)]

ReporterKind = TypeAliasType(
    "ReporterKind",
    Annotated[
        Literal["source", "applicant", "expert"],
        Field(
            description="As what somebody reports: a statistics `source`, the `applicant` itself or"
            " whoever acts for it, an `expert` who marks."
        ),
    ],
)
SubmissionKind = TypeAliasType(
    "SubmissionKind",
    Annotated[
        Literal["source", "applicant", "expert", "adjudicator"],
        Field(
            description="As what a submission was made: as one of the kinds of reporters, or as an"
            " `adjudicator`, who settles what a panel leaves open."
        ),
    ],
)
SubmissionStatus = TypeAliasType(
    "SubmissionStatus",
    Annotated[
        Literal["reported", "withdrawn"],
        Field(description="`reported`: a value is said. `withdrawn`: it is taken back."),
    ],
)
RoundState = TypeAliasType(
    "RoundState",
    Annotated[
        Literal["draft", "open", "closed"],
        Field(description="Only an `open` round takes submissions."),
    ],
)
RankingState = TypeAliasType(
    "RankingState",
    Annotated[
        Literal["current", "recomputing", "failed"],
        Field(
            description="`current`: the run has taken in all that was submitted. `recomputing`:"
            " something waits for the next run. `failed`: runs fail, and what waits is tried again."
        ),
    ],
)
FlagName = TypeAliasType(
    "FlagName",
    Annotated[
        str,
        one_of(name for _, name in NAMES),
        Field(description="A remark on a line; docs/frameworks.md says what each means."),
    ],
)
Flags = Annotated[
    list[FlagName],
    said(maxItems=len(NAMES)),
    Field(description="Remarks on it, none twice; empty: there is nothing to remark."),
]
MeasureKind = TypeAliasType(
    "MeasureKind",
    Annotated[
        Literal["count", "number", "mark", "category", "flag", "codes"],
        Field(
            description="What a value is: a whole number, any number, an expert's mark, one of the"
            " grades, yes or no, codes of a closed list."
        ),
    ],
)
MissingRule = TypeAliasType(
    "MissingRule",
    Annotated[
        Literal["zero", "skip", "block"],
        Field(
            description="What a line without a value does: it earns nothing, it is left out and the"
            " others of its dimension carry its points, it bars the applicant from the ranking."
        ),
    ],
)
EmptyRule = TypeAliasType(
    "EmptyRule",
    Annotated[
        Literal["zero", "pass_on"],
        Field(description="Whether the points of an empty dimension are lost or go to the others."),
    ],
)
Direction = TypeAliasType(
    "Direction",
    Annotated[Literal["higher", "lower"], Field(description="Which values are the better ones.")],
)
Combination = TypeAliasType(
    "Combination",
    Annotated[
        Literal["mean", "median", "trimmed_mean"],
        Field(description="How a panel's marks become one; docs/methods.md has the formulas."),
    ],
)
AfterSight = TypeAliasType(
    "AfterSight",
    Annotated[
        Literal["flag", "refuse"],
        Field(
            description="What happens to a mark that its expert changes when it could read others'."
        ),
    ],
)
