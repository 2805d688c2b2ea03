"""Exports as files: named, counted, and in the format that is asked for."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response as Answer

from api.exports.formats import csv_lines, json_lines, workbook
from api.exports.pinned import Decides, tag_of, validators
from api.exports.schemas import Format
from api.exports.streams import Streamed, nothing, sheet, text
from api.exports.tables import Page, Table
from api.http.access import caller_of
from api.http.context import gateway_of
from shared.rankings.store import Freshness
from shared.rounds.store import RoundFacts


@dataclass(frozen=True, slots=True)
class File:
    """What is exported in which format, under which name, of which *run*; *tag* is its `ETag`."""

    what: str
    form: Format
    name: list[str]
    run: int | None = None
    tag: str | None = None

    @classmethod
    def of(
        cls,
        round_: RoundFacts,
        fresh: Freshness | None,
        form: Format,
        what: str,
        decides: Decides | None = None,
    ) -> "File":
        """Name a file of a round, as of the run that is *fresh* or of no run.

        What *decides* its rows beside that run, where they never change, gives it a validator.
        """
        if fresh is None:
            return cls(what, form, [round_.code, what])
        tag = None if decides is None else tag_of(round_.id, fresh, form, what, decides)
        return cls(what, form, [round_.code, f"run-{fresh.run}", what], fresh.run, tag)


def file(request: Request, table: Table[Page], of: File) -> Answer:
    """Return *table* as a file; to HEAD, what would be said of it."""
    called = f"{'-'.join(of.name)}.{of.form}"  # of codes, which are plain
    headers = {
        "Content-Disposition": f"attachment; filename=\"{called}\"; filename*=UTF-8''{called}",
        "Cache-Control": "private, no-store",
        "Vary": "Authorization",
    }
    if of.run is not None:
        headers["Pilotzone-Run"] = str(of.run)
    if of.tag is not None:
        headers |= validators(of.tag)
    media_type, pieces = _formatted(table, of.form, of.what)
    if request.state.bodiless:
        return Streamed(nothing(), media_type, headers)
    request.state.deadline.stop()  # each page has the time that a statement has
    counted = gateway_of(request).exports.in_turn(caller_of(request).reporter, pieces)
    return Streamed(counted, media_type, headers)


def _formatted(
    table: Table[Page], form: Format, what: str
) -> tuple[str, AsyncGenerator[bytes, None]]:
    match form:
        case "csv":
            return csv_lines.MEDIA_TYPE, text(table, csv_lines.head(table.columns), csv_lines.lines)
        case "jsonl":
            return json_lines.MEDIA_TYPE, text(table, b"", json_lines.lines)
        case "xlsx":
            return workbook.MEDIA_TYPE, sheet(table, what)
