"""How a file is to be taken, as its request says beside it."""

from typing import Annotated

from fastapi import Header, Query

Prefer = Annotated[
    str | None,
    Header(
        description="`handling=lenient` stores the good rows of a file with bad ones;"
        " `return=minimal` leaves out the rows that stand and have no warnings (RFC 7240)."
    ),
]
DryRun = Annotated[
    bool,
    Query(description="Say what would become of the file and what would move, and store nothing."),
]
Encoding = Annotated[str | None, Header(description="`gzip` where the file is packed.")]
Expected = Annotated[
    int | None,
    Query(
        ge=0,
        lt=10**9,
        description="The revision that must stand of each row that says none itself: with 0 a file"
        " adds what its reporter has not said yet, and corrects nothing.",
    ),
]
