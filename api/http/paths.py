"""What stands in a path, or names the same things in a query: described once."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import AfterValidator, Field

from api.http.schemas import Code, Kind, Line

GREATEST_ID = 2**62

RoundCode = Annotated[Code, Path(description="The round's code.", examples=["2026-1"])]
ApplicantCode = Annotated[Code, Path(description="The applicant's code.", examples=["210212"])]
MeasureCode = Annotated[
    Code, Path(description="The measure's code.", examples=["base_stations_5g"])
]
IndicatorCode = Annotated[Code, Path(description="The indicator's code.", examples=["INF-1"])]
FrameworkCode = Annotated[Code, Path(description="The framework's code.", examples=["network"])]
FrameworkVersion = Annotated[Code, Path(description="Its version.", examples=["2026"])]
RunNumber = Annotated[
    int, Path(ge=1, le=GREATEST_ID, description="The run's number, from 1.", examples=[1])
]

OfApplicant = Annotated[
    Code | None, Query(description="Of this applicant alone.", examples=["210212"])
]
OfMeasure = Annotated[
    Code | None, Query(description="Of this measure alone.", examples=["base_stations_5g"])
]
Named = Annotated[
    Annotated[Line, Field(max_length=100), AfterValidator(str.strip)] | None,
    Query(
        description="Whose Chinese or English name, or code, has this in it; large or small letters"
        " and wide or narrow characters are the same."
    ),
]
OfDivision = Annotated[
    Code | None,
    Query(
        description="Who lies in a division whose code (GB/T 2260) begins so, or is one.",
        examples=["2102"],
    ),
]
OfKind = Annotated[Kind | None, Query(description="Of this kind alone.", examples=["county"])]
