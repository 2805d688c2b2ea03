"""The slice that a file covers: declared to the gateway, and what came of it said on a line."""

from collections.abc import Mapping
from typing import Any

import typer

from cli.errors import CommandError
from shared.batches.limits import MOST_ROWS
from shared.batches.slices import ENTERED
from shared.submissions.drafts.form import CODE, date_of

PARAMETERS = ("slice_measure", "slice_as_of", "slice_applicants")
BETWEEN = ","
EXAMPLE = f"base_stations_5g,2026-12-31,{ENTERED}"


def declared(covers: str) -> dict[str, str]:
    """Return the parameters that declare what a file *covers*.

    Raises: typer.BadParameter where it is not MEASURE,DATE,WHOM.
    """
    said = covers.split(BETWEEN)
    if len(said) != len(PARAMETERS):
        raise typer.BadParameter(
            f"it has three parts, MEASURE,DATE,WHOM, such as {EXAMPLE}; {covers!r} has {len(said)}"
        )
    measure, as_of, whom = said
    if not CODE.fullmatch(measure):
        raise typer.BadParameter(f"the first part is a measure's code, such as in {EXAMPLE}")
    if date_of(as_of) is None:
        raise typer.BadParameter(f"{as_of!r} is no date: write it as in {EXAMPLE}")
    if whom != ENTERED and not _is_number(whom):
        raise typer.BadParameter(
            f"{whom!r} says of nobody: write {ENTERED}, or how many applicants, 1 to {MOST_ROWS}"
        )
    return dict(zip(PARAMETERS, said, strict=True))


def _is_number(whom: str) -> bool:
    written = whom.isascii() and whom.isdecimal() and not whom.startswith("0")
    return written and len(whom) <= len(str(MOST_ROWS)) and int(whom) <= MOST_ROWS


def require_one(pieces: int) -> None:
    """Refuse to cut a file that declares a slice.

    Each of its pieces would leave out all that the others have, and what was said of them before
    would be withdrawn. Raises: CommandError.
    """
    if pieces > 1:
        raise CommandError(
            "the file is too large to be sent at once, and what it covers cannot be cut:"
            " push it without --covers"
        )


def covered(answer: Mapping[str, Any]) -> str:
    """Return what came of the slice that was declared, for the end of a line; else nothing."""
    found = answer.get("slice")
    if found is None:
        return ""
    return (
        f"; of {found['covered']} applicants {found['reported']} reported,"
        f" {found['omitted_count']} left out, {found['withdrawn']} values withdrawn"
    )
