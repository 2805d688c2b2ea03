"""The slice that a file covers: declared to the gateway, and what came of it said on a line."""

from collections.abc import Mapping
from typing import Any

from cli.errors import CommandError

PARAMETERS = ("slice_measure", "slice_as_of", "slice_applicants")
BETWEEN = ","


def declared(covers: str | None, pieces: int) -> dict[str, str]:
    """Return the parameters that declare what a file *covers*; the gateway says what is wrong.

    Raises: CommandError, also where the file must be cut: each of its pieces would leave out all
    that the others have, and what was said of them before would be withdrawn.
    """
    if covers is None:
        return {}
    said = covers.split(BETWEEN)
    if len(said) != len(PARAMETERS):
        raise CommandError(
            f"what the file covers is said in three parts, such as"
            f" base_stations_5g,2026-12-31,entered; {covers!r} has {len(said)}"
        )
    if pieces > 1:
        raise CommandError(
            "the file is too large to be sent at once, and what it covers cannot be cut:"
            " push it without --covers, or a file for each measure"
        )
    return dict(zip(PARAMETERS, said, strict=True))


def covered(answer: Mapping[str, Any]) -> str:
    """Return what came of the slice that was declared, for the end of a line; else nothing."""
    found = answer.get("slice")
    if found is None:
        return ""
    return (
        f"; of {found['covered']} applicants {found['reported']} reported,"
        f" {found['omitted_count']} left out, {found['withdrawn']} values withdrawn"
    )
