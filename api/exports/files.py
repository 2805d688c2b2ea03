"""Exports as files: named, counted, and in the format that is asked for."""

from collections.abc import AsyncGenerator

from fastapi import Request
from starlette.responses import Response as Answer

from api.exports.formats import csv_lines, json_lines, workbook
from api.exports.schemas import Format
from api.exports.streams import Streamed, nothing, sheet, text
from api.exports.tables import Page, Table
from api.http.access import caller_of
from api.http.context import gateway_of


def file(
    request: Request,
    table: Table[Page],
    form: Format,
    what: str,
    name: list[str],
    run: int | None = None,
) -> Answer:
    """Return *table* as a file of this *name*; to HEAD, what would be said of it."""
    called = f"{'-'.join(name)}.{form}"  # of codes, which are plain
    headers = {
        "Content-Disposition": f"attachment; filename=\"{called}\"; filename*=UTF-8''{called}",
        "Cache-Control": "private, no-store",
        "Vary": "Authorization",
    }
    if run is not None:
        headers["Pilotzone-Run"] = str(run)
    media_type, pieces = _formatted(table, form, what)
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
