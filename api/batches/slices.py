"""The slice that a batch declares by parameters, whatever its format."""

from typing import Annotated

from fastapi import Query

from api.http.schemas import Code, Date
from shared.batches.slices import MEMBERS, Declared

OfMeasure = Annotated[
    Code | None, Query(description="The measure of the slice that the file covers.")
]
OfDate = Annotated[Date | None, Query(description="The date of that slice: all rows are as of it.")]
OfApplicants = Annotated[
    str | None,
    Query(
        pattern=r"^(entered|[1-9][0-9]{0,4})$",
        description="Whom that slice covers: `entered`, for all that are, or how many.",
        examples=["entered"],
    ),
]


def said(measure: Code | None, as_of: Date | None, applicants: str | None) -> Declared | None:
    """Return the slice that the parameters declare; None where there is none of them."""
    day = None if as_of is None else as_of.isoformat()
    whom = int(applicants) if applicants and applicants.isdecimal() else applicants
    given = dict(zip(MEMBERS, (measure, day, whom), strict=True))
    members = {name: value for name, value in given.items() if value is not None}
    return Declared(members, "/query/slice_") if members else None
